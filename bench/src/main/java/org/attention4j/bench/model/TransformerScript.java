package org.attention4j.bench.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The model as TorchScript: one call for a whole training step, and one for the output. The
 * parameters are arguments, in the order of {@link ModelWeights#shapes}.
 *
 * <p>Such a file is an archive of a pickled module without attributes and the code of its methods.
 */
final class TransformerScript {
  /** The method that computes probabilities; the training step is {@code forward}. */
  static final String OUTPUT = "output";

  private static final String NAME = "transformer";

  /**
   * An instance of the class {@code __torch__.transformer} with an empty state: protocol 2, global,
   * memo 0, no arguments, new, empty dictionary, mark, set items, build, memo 1, stop.
   */
  private static final String MODULE =
      "\u0080\u0002c__torch__\n" + NAME + "\nq\u0000)\u0081}(ubq\u0001.";

  private static final String NO_CONSTANTS = "\u0080\u0002).";

  private static final String HEAD =
      """
      class transformer(Module):
        __parameters__ = []
        __buffers__ = []
      """;

  private static final String FIT_SIGNATURE =
      """
        def forward(self: __torch__.transformer,
          tokens: Tensor,
          next: Tensor,
          p: List[Tensor],
          m: List[Tensor],
          v: List[Tensor],
          steps: List[Tensor]) -> Tensor:
      """;

  private static final String EMBEDDING =
      """
          x0 = torch.add(torch.embedding({embedding}, tokens), {positions})
      """;

  private static final String BLOCK =
      """
          n{i} = torch.layer_norm(x{i}, [{width}], {attention-gain}, {attention-bias})
          r{i} = torch.view(torch.linear(n{i}, {projections}), [-1, {context}, 3, {heads}, {headSize}])
          h{i} = torch.transpose(r{i}, 1, 3)
          q{i} = torch.select(h{i}, 2, 0)
          k{i} = torch.select(h{i}, 2, 1)
          v{i} = torch.select(h{i}, 2, 2)
          o{i} = torch.scaled_dot_product_attention(q{i}, k{i}, v{i}, None, 0., True)
          t{i} = torch.reshape(torch.transpose(o{i}, 1, 2), [-1, {context}, {width}])
          a{i} = torch.add(x{i}, torch.linear(t{i}, {merge}))
          l{i} = torch.layer_norm(a{i}, [{width}], {feed-forward-gain}, {feed-forward-bias})
          f{i} = torch.gelu(torch.linear(l{i}, {hidden}, {hidden-bias}))
          x{j} = torch.add(a{i}, torch.linear(f{i}, {down}, {down-bias}))
      """;

  private static final String LOGITS =
      """
          z = torch.layer_norm(x{blocks}, [{width}], {gain}, {bias})
          logits = torch.linear(z, {next}, {next-bias})
      """;

  /** The update writes to the parameters past the record of gradients. */
  private static final String UPDATE =
      """
          loss = torch.cross_entropy_loss(torch.view(logits, [-1, {vocabulary}]), torch.view(next, [-1]))
          found = torch.grad([loss], p)
          g = annotate(List[Tensor], [])
          w = annotate(List[Tensor], [])
          for i in range(torch.len(p)):
            _0 = torch.append(g, unchecked_cast(Tensor, found[i]))
            _1 = torch.append(w, torch.detach(p[i]))
          torch._foreach_add_(steps, 1)
          torch._fused_adam_(w, g, m, v, annotate(List[Tensor], []), steps, lr={rate}, beta1=0.9, beta2=0.999, weight_decay=0., eps=1e-08, amsgrad=False, maximize=False)
          return torch.detach(loss)
      """;

  private static final String OUTPUT_SIGNATURE =
      """
        def output(self: __torch__.transformer,
          tokens: Tensor,
          p: List[Tensor]) -> Tensor:
      """;

  private static final String PROBABILITIES =
      """
          return torch.softmax(logits, -1)
      """;

  private final ModelSize size;
  private final List<String> parameters;

  TransformerScript(ModelSize size, ModelWeights weights) {
    this.size = size;
    parameters = new ArrayList<>(weights.shapes().keySet());
  }

  /** The file that PyTorch loads. */
  byte[] file() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "data.pkl", MODULE);
      put(zip, "code/__torch__.py", code());
      put(zip, "constants.pkl", NO_CONSTANTS);
      put(zip, "version", "3\n");
      put(zip, "byteorder", "little");
    } catch (IOException e) {
      throw new UncheckedIOException("An archive cannot be written to memory.", e);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    ZipEntry entry = new ZipEntry(NAME + "/" + name);
    CRC32 sum = new CRC32();
    sum.update(bytes);
    entry.setCrc(sum.getValue());
    entry.setSize(bytes.length);
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** The two methods, in the subset of Python that PyTorch reads. */
  String code() {
    String logits = logits();
    String update =
        UPDATE
            .replace("{vocabulary}", Integer.toString(size.vocabulary()))
            .replace("{rate}", Double.toString(LanguageModel.LEARNING_RATE));
    return HEAD + FIT_SIGNATURE + logits + update + OUTPUT_SIGNATURE + logits + PROBABILITIES;
  }

  private String logits() {
    StringBuilder code = new StringBuilder();
    code.append(
        EMBEDDING
            .replace("{embedding}", parameter(ModelWeights.EMBEDDING))
            .replace("{positions}", parameter(ModelWeights.POSITIONS)));
    for (int block = 0; block < size.blocks(); block++) {
      code.append(block(block));
    }
    code.append(
        LOGITS
            .replace("{blocks}", Integer.toString(size.blocks()))
            .replace("{gain}", parameter(ModelWeights.NORM + ModelWeights.GAIN))
            .replace("{bias}", parameter(ModelWeights.NORM + ModelWeights.BIAS))
            .replace("{next}", parameter(ModelWeights.NEXT))
            .replace("{next-bias}", parameter(ModelWeights.NEXT + ModelWeights.BIAS)));
    return code.toString()
        .replace("{width}", Integer.toString(size.width()))
        .replace("{context}", Integer.toString(size.context()))
        .replace("{heads}", Integer.toString(size.heads()))
        .replace("{headSize}", Integer.toString(size.width() / size.heads()));
  }

  private String block(int block) {
    String attentionNorm = ModelWeights.attentionNorm(block);
    String feedForwardNorm = ModelWeights.feedForwardNorm(block);
    String hidden = ModelWeights.hidden(block);
    String down = ModelWeights.down(block);
    return BLOCK
        .replace("{i}", Integer.toString(block))
        .replace("{j}", Integer.toString(block + 1))
        .replace("{attention-gain}", parameter(attentionNorm + ModelWeights.GAIN))
        .replace("{attention-bias}", parameter(attentionNorm + ModelWeights.BIAS))
        .replace("{projections}", parameter(ModelWeights.projections(block)))
        .replace("{merge}", parameter(ModelWeights.merge(block)))
        .replace("{feed-forward-gain}", parameter(feedForwardNorm + ModelWeights.GAIN))
        .replace("{feed-forward-bias}", parameter(feedForwardNorm + ModelWeights.BIAS))
        .replace("{hidden}", parameter(hidden))
        .replace("{hidden-bias}", parameter(hidden + ModelWeights.BIAS))
        .replace("{down}", parameter(down))
        .replace("{down-bias}", parameter(down + ModelWeights.BIAS));
  }

  private String parameter(String name) {
    return "p[" + parameters.indexOf(name) + "]";
  }
}

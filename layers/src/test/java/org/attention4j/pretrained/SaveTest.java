package org.attention4j.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Models that are written as folders, and read from there. */
final class SaveTest {
  @TempDir Path folder;

  /** With grouped heads and a head of its own. */
  private Pretrained llama() throws IOException {
    LlamaTest.Variant variant =
        new LlamaTest.Variant(
            "llama",
            ", \"num_key_value_heads\": 3",
            3,
            12,
            10_000,
            1e-6,
            false,
            false,
            false,
            false,
            false);
    Path files = variant.files().write(folder.resolve("first"), variant.config());
    return Pretrained.from(files).updater(new Sgd(0.1)).load();
  }

  private static INDArray tokens() {
    return Nd4j.createFromArray(new int[] {5, 0, 96, 41, 41, 17, 3}).reshape(1, 7);
  }

  private static void train(MultiLayerNetwork network) {
    INDArray next = Nd4j.createFromArray(new int[] {0, 96, 41, 41, 17, 3, 8}).reshape(1, 7);
    network.fit(new DataSet(tokens(), next));
  }

  @Test
  void llama_is_the_same_after_training_saving_and_loading() throws IOException {
    Pretrained model = llama();
    train(model.network());

    model.save(folder.resolve("second"), DataType.FLOAT);

    Pretrained again = Pretrained.load(folder.resolve("second"));
    assertThat(again.network().params()).isEqualTo(model.network().params());
    assertThat(again.description()).isEqualTo(model.description());
    assertThat(again.unusedTensors()).isEmpty();
  }

  @Test
  void gpt2_whose_tensors_are_shared_by_several_parameters_is_the_same() throws IOException {
    Pretrained model = Pretrained.from(RandomModels.gpt2(folder.resolve("first"))).updater(new Sgd(0.1)).load();
    train(model.network());

    model.save(folder.resolve("second"), DataType.FLOAT);

    assertThat(Pretrained.load(folder.resolve("second")).network().params())
        .isEqualTo(model.network().params());
  }

  @Test
  void a_half_is_within_half_a_step() throws IOException {
    Pretrained model = llama();
    train(model.network());

    model.save(folder.resolve("half"), DataType.FLOAT16);
    model.save(folder.resolve("bfloat"), DataType.BFLOAT16);

    float[] exact = model.network().params().data().asFloat();
    float[] half = Pretrained.load(folder.resolve("half")).network().params().data().asFloat();
    float[] bfloat = Pretrained.load(folder.resolve("bfloat")).network().params().data().asFloat();
    for (int i = 0; i < exact.length; i++) {
      // 11 and 8 significant bits; below 2^-14 the halves are 2^-24 apart.
      double size = Math.abs(exact[i]);
      assertThat(Math.abs(half[i] - (double) exact[i]))
          .isLessThanOrEqualTo(Math.max(size * 0x1p-11, 0x1p-25));
      assertThat(Math.abs(bfloat[i] - (double) exact[i])).isLessThanOrEqualTo(size * 0x1p-8);
    }
    assertThat(half).isNotEqualTo(exact);
    assertThat(Files.size(folder.resolve("half").resolve(FolderTensors.WHOLE)))
        .isBetween(2L * exact.length, 2L * exact.length + 4096);
  }

  /** Every half is its own nearest one, and so is each of its neighbours up to the middle. */
  @Test
  void halves_are_rounded_to_the_nearest_and_to_even() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      float here = TensorType.half((short) bits);
      float next = TensorType.half((short) (bits + 1));
      float middle = (here + next) / 2; // has at most one bit more
      int even = bits % 2 == 0 ? bits : bits + 1;
      assertThat(TensorType.half(here)).isEqualTo((short) bits);
      assertThat(TensorType.half(middle)).isEqualTo((short) even);
      assertThat(TensorType.half(Math.nextDown(middle))).isEqualTo((short) bits);
      assertThat(TensorType.half(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      assertThat(TensorType.half(-here)).isEqualTo((short) (bits | 0x8000));
    }
    assertThat(TensorType.half(65_519.996f)).isEqualTo((short) 0x7bff);
    assertThat(TensorType.half(65_520f)).isEqualTo((short) 0x7c00);
    assertThat(TensorType.half(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
    assertThat(TensorType.half(TensorType.half(Float.NaN))).isNaN();
  }

  @Test
  void bfloats_are_rounded_to_the_nearest_and_to_even() {
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      int bits = random.nextInt(0x7f7e) << 16;
      float here = Float.intBitsToFloat(bits);
      float next = Float.intBitsToFloat(bits + 0x10000);
      float middle = Float.intBitsToFloat(bits + 0x8000);
      assertThat(bfloat(Math.nextDown(middle))).isEqualTo(here);
      assertThat(bfloat(Math.nextUp(middle))).isEqualTo(next);
      assertThat(bfloat(middle)).isEqualTo((bits >> 16) % 2 == 0 ? here : next);
    }
  }

  private static float bfloat(float number) {
    ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(TensorType.BF16.write(new float[] {number}, bytes)).isEqualTo(-1);
    float[] stored = new float[1];
    TensorType.BF16.read(bytes.rewind(), stored, 0, 1);
    return stored[0];
  }

  @Test
  void what_a_folder_could_not_say_is_refused() throws IOException {
    Path first = folder.resolve("first");
    Pretrained model = llama();
    assertThatThrownBy(() -> model.save(folder, DataType.DOUBLE))
        .hasMessage("Pretrained.save: the type is DOUBLE but must be FLOAT, HALF or BFLOAT16.");

    Pretrained other = Pretrained.from(first).normalizer(Normalizers.ssmax()).load();
    assertThatThrownBy(() -> other.save(folder, DataType.FLOAT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must be softmax");

    model.network().getLayer("block-0").getParam("Wq").putScalar(0, 1e5);
    assertThatThrownBy(() -> model.save(folder, DataType.FLOAT16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "of tensor 'model.layers.0.self_attn.q_proj.weight' is 100000.0 but must be finite as"
                + " F16");
    assertThat(folder.resolve(FolderTensors.WHOLE)).doesNotExist();
  }

  @Test
  void a_file_in_memory_is_read_as_one_on_disk() throws IOException {
    Path first = folder.resolve("first");
    Pretrained model = llama();
    byte[] bytes = Files.readAllBytes(first.resolve(FolderTensors.WHOLE));

    String config = Files.readString(first.resolve("config.json"));
    Pretrained inMemory = Pretrained.from(config, SafeTensors.of("bytes", bytes)).load();

    assertThat(inMemory.network().params()).isEqualTo(model.network().params());
    bytes[0]++;
    assertThatThrownBy(() -> SafeTensors.of("bytes", bytes))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith("bytes: ");
  }
}

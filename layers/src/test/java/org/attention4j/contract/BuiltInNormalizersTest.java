package org.attention4j.contract;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Nested;

/** Every built-in normalizer keeps the contract. */
class BuiltInNormalizersTest {
  @Nested
  class Softmax extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.softmax();
    }
  }

  @Nested
  class Temperature extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.softmax(0.3);
    }
  }

  @Nested
  class LearnableTemperature extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.softmaxWithLearnableTemperature(0.7);
    }
  }

  @Nested
  class SoftmaxOne extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.softmax1(4);
    }
  }

  @Nested
  class Sink extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.sink(0.5);
    }
  }

  @Nested
  class LogN extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.logN(3);
    }
  }

  @Nested
  class Ssmax extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.ssmax();
    }
  }

  @Nested
  class AdaptiveTemperature extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.adaptiveTemperature();
    }
  }

  @Nested
  class Sparsemax extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.sparsemax();
    }
  }

  @Nested
  class Entmax105 extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.entmax(1.05);
    }
  }

  @Nested
  class Entmax15 extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.entmax15();
    }
  }

  @Nested
  class Entmax3 extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.entmax(3);
    }
  }

  @Nested
  class LearnableEntmax extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.entmaxWithLearnableAlpha(1.5);
    }
  }

  @Nested
  class Asentmax extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.asentmax();
    }
  }

  @Nested
  class TopK extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topK(4);
    }
  }

  @Nested
  class TopKAboveLength extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topK(1000);
    }
  }

  @Nested
  class StraightThrough extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topKStraightThrough(3, 1.5);
    }

    @Override
    protected boolean isDifferentiable() {
      return false;
    }
  }

  @Nested
  class TopFraction extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topFraction(0.4);
    }
  }

  @Nested
  class TopPower extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topPower(1, 0.5);
    }
  }

  @Nested
  class TopPowerAboveLength extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topPower(1e6, 0.1);
    }
  }

  @Nested
  class TopP extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topP(0.8);
    }
  }

  @Nested
  class TopAlmostAll extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topP(0.999999);
    }
  }

  @Nested
  class Softpick extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.softpick();
    }
  }

  @Nested
  class Sigmoid extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.sigmoid();
    }
  }

  @Nested
  class Relu extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.relu();
    }
  }

  @Nested
  class SelfAdjust extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.selfAdjust();
    }
  }

  @Nested
  class ScaledSoftpick extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.scaledByLogLength(Normalizers.softpick());
    }
  }

  @Nested
  class ScaledSink extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.scaledByLogLength(Normalizers.sink(1));
    }
  }

  @Nested
  class ScaledEntmax extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.scaledByLogLength(Normalizers.entmax15(), 0.6);
    }
  }

  @Nested
  class Entmax125 extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.entmax(1.25);
    }
  }

  @Nested
  class Entmax2 extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.entmax(2);
    }
  }

  @Nested
  class TopOne extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topK(1);
    }
  }

  @Nested
  class WholeFraction extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.topFraction(1);
    }
  }

  @Nested
  class SoftCap extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.softCap(3);
    }
  }

  @Nested
  class SoftCappedEntmax extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.softCap(7, Normalizers.entmaxWithLearnableAlpha(1.5));
    }
  }

  @Nested
  class Llama4Scale extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.llama4Scale(0.3, 2);
    }
  }

  @Nested
  class Llama4ScaledSink extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return Normalizers.llama4Scale(0.1, 3, Normalizers.sink(1));
    }
  }

  /** Without traits, type or options. */
  @Nested
  class Lambda extends NormalizerContract {
    @Override
    protected Normalizer normalizer() {
      return (sd, scores, context) -> sd.nn.softmax(scores.sub(scores.max(true, KEYS)), KEYS);
    }
  }
}

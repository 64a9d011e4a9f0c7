package org.attention4j.internal.vector;

/** Operations on a row in plain Java. */
final class ScalarRowOps implements RowOps {
  @Override
  public float max(float[] x, int from, int length) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      max = Math.max(max, x[from + i]);
    }
    return max;
  }

  @Override
  public void classMaxima(float[] x, int from, int length, int classes, float[] y) {
    System.arraycopy(x, from, y, 0, classes);
    for (int first = classes; first < length; first += classes) {
      int count = Math.min(classes, length - first);
      for (int j = 0; j < count; j++) {
        y[j] = Math.max(y[j], x[from + first + j]);
      }
    }
  }

  @Override
  public float largestMagnitude(float[] x, int from, int length) {
    float largest = 0;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, Math.abs(x[from + i]));
    }
    return largest;
  }

  @Override
  public double sum(float[] x, int from, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[from + i];
    }
    return sum;
  }

  @Override
  public double dot(float[] x, int from, float[] y, int yFrom, int length) {
    double even = 0;
    double odd = 0;
    int pairs = length & ~1;
    for (int i = 0; i < pairs; i += 2) {
      even += x[from + i] * y[yFrom + i];
      odd += x[from + i + 1] * y[yFrom + i + 1];
    }
    if (pairs < length) {
      even += x[from + pairs] * y[yFrom + pairs];
    }
    return even + odd;
  }

  @Override
  public void affine(float[] x, int from, int length, float shift, float factor) {
    for (int i = 0; i < length; i++) {
      x[from + i] = factor * (x[from + i] - shift);
    }
  }

  @Override
  public void limitedAffine(
      float[] x, int from, int length, float size, float shift, float factor) {
    for (int i = 0; i < length; i++) {
      x[from + i] = factor * (Math.max(-size, Math.min(size, x[from + i])) - shift);
    }
  }

  @Override
  public void sigmoid(float[] x, int from, int length, float shift) {
    for (int i = 0; i < length; i++) {
      x[from + i] = FloatExp.sigmoid(x[from + i] - shift);
    }
  }

  @Override
  public void add(float[] x, int from, float[] y, int yFrom, int length, float factor) {
    for (int i = 0; i < length; i++) {
      x[from + i] += factor * y[yFrom + i];
    }
  }

  @Override
  public double exp(float[] x, int from, int length, float shift, float factor) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      float e = FloatExp.exp(x[from + i] - shift) * factor;
      x[from + i] = e;
      sum += e;
    }
    return sum;
  }

  @Override
  public void softCap(float[] x, int from, int length, float cap) {
    for (int i = from; i < from + length; i++) {
      x[i] = FloatTanh.capped(x[i], cap);
    }
  }

  @Override
  public void softCapSlope(float[] x, int from, float[] z, int zFrom, int length, float cap) {
    for (int i = 0; i < length; i++) {
      x[from + i] *= FloatTanh.slope(z[zFrom + i], cap);
    }
  }

  @Override
  public void center(
      float[] x, int from, float[] w, int wFrom, int length, float mean, float factor) {
    for (int i = 0; i < length; i++) {
      x[from + i] = factor * w[wFrom + i] * (x[from + i] - mean);
    }
  }

  @Override
  public void subtractDistances(
      float[] x,
      int from,
      int length,
      float slope,
      float position,
      float[] keyPositions,
      int keyFrom) {
    for (int i = 0; i < length; i++) {
      x[from + i] -= slope * Math.abs(keyPositions[keyFrom + i] - position);
    }
  }

  @Override
  public void addDifferences(
      float[] x,
      int from,
      int length,
      float high,
      float low,
      float[] highs,
      float[] lows,
      int keyFrom) {
    for (int i = 0; i < length; i++) {
      x[from + i] += (high - highs[keyFrom + i]) + (low - lows[keyFrom + i]);
    }
  }

  @Override
  public void sumsAbove(float[] x, int from, int length, float high, float low, double[] sums) {
    int count = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < length; i++) {
      double d = Math.max(0, x[from + i] - high - low);
      count += d > 0 ? 1 : 0;
      sum += d;
      squares += d * d;
    }
    sums[0] = count;
    sums[1] = sum;
    sums[2] = squares;
  }

  @Override
  public double squaredExcess(float[] x, int from, int length, float high, float low) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      float d = Math.max(0, x[from + i] - high - low);
      x[from + i] = d * d;
      sum += x[from + i];
    }
    return sum;
  }

  @Override
  public double excess(float[] x, int from, int length, float high, float low) {
    double sum = 0;
    for (int i = from; i < from + length; i++) {
      x[i] = Math.max(0, x[i] - high - low);
      sum += x[i];
    }
    return sum;
  }

  @Override
  public void root(float[] x, int from, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      x[from + i] = (float) Math.sqrt(y[yFrom + i]);
    }
  }

  @Override
  public void support(float[] x, int from, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      x[from + i] = y[yFrom + i] > 0 ? 1 : 0;
    }
  }

  @Override
  public int count(float[] x, int from, int length, float threshold) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      count += x[from + i] >= threshold ? 1 : 0;
    }
    return count;
  }

  @Override
  public float smallestAtLeast(float[] x, int from, int length, float threshold) {
    float smallest = Float.POSITIVE_INFINITY;
    for (int i = from; i < from + length; i++) {
      smallest = x[i] >= threshold && x[i] < smallest ? x[i] : smallest;
    }
    return smallest;
  }

  @Override
  public double sumAtLeast(float[] x, int from, float[] w, int wFrom, int length, float threshold) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[from + i] >= threshold ? w[wFrom + i] : 0;
    }
    return sum;
  }

  @Override
  public double keepAtLeast(
      float[] x, int from, float[] y, int yFrom, int length, float threshold) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      x[from + i] = y[yFrom + i] >= threshold ? x[from + i] : 0;
      sum += x[from + i];
    }
    return sum;
  }

  @Override
  public int atLeast(float[] x, int from, int length, float threshold, int[] indices) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      if (x[from + i] >= threshold) {
        indices[count++] = i;
      }
    }
    return count;
  }

  @Override
  public int nonZero(float[] x, int from, int length, int[] indices) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      if (x[from + i] != 0) {
        indices[count++] = i;
      }
    }
    return count;
  }

  @Override
  public int countNonZero(float[] x, int from, int length) {
    int count = 0;
    for (int i = from; i < from + length; i++) {
      count += x[i] != 0 ? 1 : 0;
    }
    return count;
  }

  @Override
  public void nonZeroPanels(float[] x, int from, int panels, int width, int[] bits) {
    for (int panel = 0; panel < panels; panel++) {
      int start = from + panel * width;
      int i = start;
      while (i < start + width && x[i] == 0) {
        i++;
      }
      if (i < start + width) {
        bits[panel / Integer.SIZE] |= 1 << panel % Integer.SIZE;
      }
    }
  }

  @Override
  public void rotate(
      float[] x,
      int first,
      int second,
      float[] cosines,
      float[] sines,
      int at,
      float[] y,
      int length) {
    for (int i = 0; i < length; i++) {
      float x1 = x[first + i];
      float x2 = x[second + i];
      y[first + i] = cosines[at + i] * x1 - sines[at + i] * x2;
      y[second + i] = sines[at + i] * x1 + cosines[at + i] * x2;
    }
  }
}

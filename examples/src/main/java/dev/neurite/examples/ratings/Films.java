package dev.neurite.examples.ratings;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import java.util.SplittableRandom;

/** Made-up ratings: each user likes some genres and dislikes others. */
final class Films {

  private static final double GENRES_OF_A_FILM = 3;

  private Films() {}

  /**
   * Ratings around 0 with what the user thinks of the film.
   *
   * @param seed of the films; the users' tastes are always the same
   */
  static Dataset of(int ratings, long seed) {
    SplittableRandom tastes = new SplittableRandom(1);
    double[][] taste = new double[Ratings.USERS][Ratings.GENRES];
    for (double[] user : taste) {
      for (int genre = 0; genre < user.length; genre++) {
        user[genre] = tastes.nextGaussian() / Math.sqrt(GENRES_OF_A_FILM);
      }
    }
    SplittableRandom random = new SplittableRandom(seed);
    int[] users = new int[ratings];
    float[][] genres = new float[ratings][Ratings.GENRES];
    float[][] rating = new float[ratings][1];
    int[] liked = new int[ratings];
    for (int i = 0; i < ratings; i++) {
      users[i] = random.nextInt(Ratings.USERS);
      double sum = 0;
      for (int genre = 0; genre < Ratings.GENRES; genre++) {
        if (random.nextDouble() < GENRES_OF_A_FILM / Ratings.GENRES) {
          genres[i][genre] = 1;
          sum += taste[users[i]][genre];
        }
      }
      rating[i][0] = (float) sum;
      liked[i] = sum > 0 ? 1 : 0;
    }
    return Dataset.of(
        Column.indices("user", users),
        Column.floats("genres", genres),
        Column.floats("rating", rating),
        Column.indices("liked", liked));
  }
}

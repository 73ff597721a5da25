package dev.neurite.examples.ratings;

import static dev.neurite.dsl.InputType.INDEX;

import dev.neurite.dsl.Add;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Embedding;
import dev.neurite.dsl.From;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.Output;
import dev.neurite.dsl.Tanh;

/** A user and the genres of a film: how it is rated, and whether it is liked. */
@Model(cuda = true)
public interface Ratings {
  /** How many users there are. */
  int USERS = 60;

  /** How many genres there are. */
  int GENRES = 19;

  /** Numbers that stand for a user, and for the genres of a film. */
  int WIDTH = 32;

  @Input(type = INDEX)
  Layer user();

  @Embedding(vocabulary = USERS, size = WIDTH)
  Layer userVector();

  @Input(GENRES)
  Layer genres();

  @Dense(WIDTH)
  @Tanh
  Layer genreVector();

  @From({"userVector", "genreVector"})
  @Add
  Layer joined();

  @Dense(WIDTH)
  @Tanh
  Layer taste();

  @Dense(1)
  @Output
  Layer rating();

  @From("taste")
  @Dense(2)
  @Output
  Layer liked();
}

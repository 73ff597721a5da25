package dev.neurite.io;

import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import dev.neurite.spi.StoredTensor.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds each tensor of a network in a file, or says what does not fit. */
final class TensorMatch {

  /** How many names a message lists. */
  private static final int LISTED = 4;

  private final String file;
  private final ModelDescription description;

  /** The file's tensors under the network's names. */
  private final Map<String, Tensor> renamed = new LinkedHashMap<>();

  private TensorMatch(String file, ModelDescription description) {
    this.file = file;
    this.description = description;
  }

  /** The file's tensors in the order of the description, all of a fitting type and shape. */
  static List<Tensor> match(
      String name, TensorFile file, ModelDescription description, Map<String, String> renames)
      throws WeightFileException {
    TensorMatch match = new TensorMatch(name, description);
    match.rename(file, renames);
    return match.inOrder();
  }

  private void rename(TensorFile contents, Map<String, String> renames) throws WeightFileException {
    List<String> known = description.tensors().stream().map(StoredTensor::name).toList();
    for (Map.Entry<String, String> rename : renames.entrySet()) {
      String from = rename.getKey();
      String to = rename.getValue();
      if (!known.contains(to)) {
        throw misfit(
            "a rename leads to "
                + JsonCursor.quoted(to)
                + ", which "
                + description.name()
                + " does not have"
                + suggestion(to, known));
      }
      if (!contents.tensors().containsKey(from)) {
        throw misfit(
            "a rename speaks of "
                + JsonCursor.quoted(from)
                + ", which the file does not have"
                + suggestion(from, contents.tensors().keySet()));
      }
    }
    Map<String, String> origins = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> entry : contents.tensors().entrySet()) {
      String from = entry.getKey();
      String to = renames.getOrDefault(from, from);
      String other = origins.put(to, from);
      if (other != null) {
        throw misfit(
            JsonCursor.quoted(other)
                + " and "
                + JsonCursor.quoted(from)
                + " of the file are both taken for "
                + JsonCursor.quoted(to)
                + ": change the renames");
      }
      renamed.put(to, entry.getValue());
    }
  }

  private List<Tensor> inOrder() throws WeightFileException {
    Set<String> unexpected = new LinkedHashSet<>(renamed.keySet());
    description.tensors().forEach(stored -> unexpected.remove(stored.name()));
    List<Tensor> tensors = new ArrayList<>();
    for (StoredTensor stored : description.tensors()) {
      Tensor tensor = renamed.get(stored.name());
      if (tensor == null) {
        throw missing(stored, unexpected);
      }
      if (!tensor.shape().equals(stored.shape())) {
        throw misfit(
            JsonCursor.quoted(stored.name())
                + " is "
                + stored.shape()
                + " in "
                + description.name()
                + ", but "
                + tensor.shape()
                + " in the file");
      }
      if (tensor.type().isFloat() == (stored.role() == Role.COUNTER)) {
        throw misfit(
            JsonCursor.quoted(stored.name())
                + " holds "
                + (tensor.type().isFloat() ? "integers in " : "floating-point numbers in ")
                + description.name()
                + ", but "
                + tensor.type()
                + " in the file");
      }
      tensors.add(tensor);
    }
    if (!unexpected.isEmpty()) {
      throw misfit(
          "the file has "
              + names(unexpected)
              + ", which "
              + description.name()
              + " does not have: was it saved from another version of the network?");
    }
    return tensors;
  }

  private WeightFileException missing(StoredTensor first, Set<String> unexpected) {
    List<String> missing =
        description.tensors().stream()
            .map(StoredTensor::name)
            .filter(name -> !renamed.containsKey(name))
            .toList();
    StringBuilder fact = new StringBuilder("the file lacks ");
    fact.append(names(missing)).append(" of ").append(description.name());
    if (missing.size() == 1) {
      fact.append(", which is ").append(first.shape());
    }
    if (!unexpected.isEmpty()) {
      fact.append("; it has ").append(names(unexpected)).append(" instead");
      String near = near(first, unexpected);
      if (near != null) {
        fact.append("; load(path, Map.of(")
            .append(JsonCursor.quoted(near))
            .append(", ")
            .append(JsonCursor.quoted(first.name()))
            .append(")) would rename the first");
      }
    }
    return misfit(fact.toString());
  }

  /**
   * A left-over name that looks like the missing one, or else the only one of its leaf and shape.
   */
  private @Nullable String near(StoredTensor missing, Set<String> unexpected) {
    String near = nearest(missing.name(), unexpected);
    if (near != null) {
      return near;
    }
    List<String> alike =
        unexpected.stream()
            .filter(name -> name.endsWith("." + missing.leaf()))
            .filter(name -> fits(missing, name))
            .toList();
    return alike.size() == 1 ? alike.getFirst() : null;
  }

  private boolean fits(StoredTensor stored, String name) {
    Tensor tensor = renamed.get(name);
    return tensor != null && tensor.shape().equals(stored.shape());
  }

  private WeightFileException misfit(String fact) {
    return new WeightFileException(file, fact + "; nothing was loaded");
  }

  private static String names(Collection<String> names) {
    String list =
        names.stream().limit(LISTED).map(JsonCursor::quoted).collect(Collectors.joining(", "));
    return names.size() <= LISTED ? list : list + " and " + (names.size() - LISTED) + " more";
  }

  private static String suggestion(String name, Collection<String> known) {
    String nearest = nearest(name, known);
    return nearest == null ? "" : "; did you mean " + JsonCursor.quoted(nearest) + "?";
  }

  /** The known name that differs in the fewest characters, if in no more than a third. */
  private static @Nullable String nearest(String name, Collection<String> known) {
    int least = name.length() / 3 + 1;
    String nearest = null;
    for (String candidate : known) {
      // Names of damaged files can be long; the distance is at least the difference of the lengths.
      if (Math.abs(candidate.length() - name.length()) < least) {
        int distance = distance(name, candidate);
        if (distance < least) {
          least = distance;
          nearest = candidate;
        }
      }
    }
    return nearest;
  }

  /** Characters to insert, remove or replace (Levenshtein, 1966). */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int k = 0; k < row.length; k++) {
      row[k] = k;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int k = 1; k < row.length; k++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(k - 1) ? 0 : 1);
        diagonal = row[k];
        row[k] = Math.min(replaced, Math.min(row[k - 1], row[k]) + 1);
      }
    }
    return row[to.length()];
  }
}

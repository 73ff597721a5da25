package dev.neurite.processor.cuda;

/** Words in a text of CUDA C: letters, digits and underscores that stand together. */
final class Words {

  private Words() {}

  /** Whether a text has this word. */
  static boolean contains(String text, String word) {
    for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      int end = at + word.length();
      boolean begins = at == 0 || !isPart(text.charAt(at - 1));
      if (begins && (end == text.length() || !isPart(text.charAt(end)))) {
        return true;
      }
    }
    return false;
  }

  /** Where the word begins that ends before a place; the place itself if none does. */
  static int start(String text, int end) {
    int start = end;
    while (start > 0 && isPart(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static boolean isPart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
}

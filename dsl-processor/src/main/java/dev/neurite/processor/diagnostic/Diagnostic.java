package dev.neurite.processor.diagnostic;

/**
 * One message to the user.
 *
 * @param message which
 * @param position where
 * @param text code, facts, trace and remedy, as printed
 */
public record Diagnostic(Message message, Position position, String text) {}

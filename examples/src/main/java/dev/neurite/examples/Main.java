package dev.neurite.examples;

import dev.neurite.examples.alexnet.AlexNetExample;
import dev.neurite.examples.autoencoder.AutoencoderExample;
import dev.neurite.examples.blocks.BlocksExample;
import dev.neurite.examples.digits.DigitsExample;
import dev.neurite.examples.embed.EmbedExample;
import dev.neurite.examples.mlp.MlpExample;
import dev.neurite.examples.neuron.NeuronExample;
import dev.neurite.examples.ratings.RatingsExample;
import dev.neurite.examples.regressor.RegressorExample;
import dev.neurite.examples.twoclass.TwoClassExample;
import dev.neurite.gpu.GpuException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.UnmatchedArgumentException;

/** Starts the example named by the first word of the command line. */
public final class Main {

  private static final int USAGE_ERROR = 2;

  private Main() {}

  /**
   * Runs an example and ends the program with its exit code.
   *
   * @param args the example's name, then its own options
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /**
   * Runs an example.
   *
   * @param args the example's name, then its own options
   * @return 0, or another number if it failed
   */
  public static int run(String... args) {
    CommandLine launcher = new CommandLine(new Launcher());
    launcher.addSubcommand(new Listing(launcher));
    launcher.setParameterExceptionHandler(Main::explain);
    launcher.setExecutionExceptionHandler(Main::fail);
    return launcher.execute(args);
  }

  @Command(
      name = "examples",
      subcommands = {
        DigitsExample.class,
        MlpExample.class,
        TwoClassExample.class,
        RegressorExample.class,
        NeuronExample.class,
        EmbedExample.class,
        AutoencoderExample.class,
        RatingsExample.class,
        BlocksExample.class,
        AlexNetExample.class,
      })
  private record Launcher() {}

  @Command(name = "list", description = "Lists the examples.")
  private record Listing(CommandLine launcher) implements Runnable {

    @Override
    public void run() {
      PrintStream out = System.out;
      launcher
          .getSubcommands()
          .forEach(
              (name, example) ->
                  out.printf(
                      "  %-11s %s%n",
                      name,
                      String.join(" ", example.getCommandSpec().usageMessage().description())));
      out.printf(
          "%nRun one with -Dexample=NAME; -Dargs=\"--seed 1\" gives it options, -Dargs=--help lists"
              + " them.%n");
    }
  }

  private static int explain(CommandLine.ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    boolean launcher = command.getParent() == null;
    err.println(
        launcher && args.length > 0 ? "There is no example " + args[0] + "." : e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        err.println("Did you mean " + String.join(" or ", suggestions) + "?");
      }
    }
    err.println(launcher ? "-Dexample=list lists the examples." : "--help lists the options.");
    err.flush();
    return USAGE_ERROR;
  }

  /** Files that are missing or damaged, and options that do not fit, need no stack trace. */
  private static int fail(Exception e, CommandLine command, CommandLine.ParseResult arguments)
      throws Exception {
    if (e instanceof IOException
        || e instanceof IllegalArgumentException
        || e instanceof GpuException) {
      command.getErr().println(e.getMessage());
      command.getErr().flush();
      return 1;
    }
    throw e;
  }
}

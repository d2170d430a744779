using System.Text;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Scenarios;

/// <summary>
/// A named situation as text: commands at the start of a line, each followed by what came of it, indented; empty lines and comments (<c>#</c>) stay as
/// they are. <see cref="Replay"/> runs the commands and writes the text anew, so a recorded file must come out as it went in.
/// </summary>
/// <remarks>
/// An <c>expect</c> that does not hold fails the replay, whatever is recorded: what a scenario is about cannot be recorded away.
/// </remarks>
public static class Scenario
{
    private const string Indent = "  ";
    private const ulong Seed = 1;

    /// <returns>The text, with what came of each command.</returns>
    /// <exception cref="ScenarioException">A command is wrong, or an expectation does not hold. Names the line.</exception>
    public static string Replay(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var runner = new ScenarioRunner(Seed);
        var replayed = new StringBuilder();
        var number = 0;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            number++;
            if (line.StartsWith(Indent, StringComparison.Ordinal))
            {
                continue;
            }

            replayed.Append(line).Append('\n');
            if (line.Length > 0 && line[0] != '#')
            {
                foreach (var output in Run(runner, line, number))
                {
                    replayed.Append(Indent).Append(output).Append('\n');
                }
            }
        }

        return replayed.ToString();
    }

    private static IReadOnlyList<string> Run(ScenarioRunner runner, string line, int number)
    {
        try
        {
            return runner.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception exception) when (exception is ScenarioException or SimulationViolationException or TimeoutException)
        {
            throw new ScenarioException($"line {number}, {line}: {exception.Message}");
        }
    }
}

/// <summary>A scenario that cannot be run, or that did not come out as it says.</summary>
public sealed class ScenarioException(string message) : Exception(message);

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulation.Checkers;

/// <summary>The checker against the Python oracle that the rules were proven with, for all three rules. Skipped where there is no python3 or no oracle.</summary>
public sealed class OracleTests
{
    private const int Histories = 3_000;

    private const string Driver = """
        import json, sys
        sys.path.insert(0, sys.argv[1])
        from lww_check import violation
        for line in sys.stdin:
            history = json.loads(line)
            print("".join("v" if violation(history, rule) else "h" for rule in ("full", "begin", "recency")))
        """;

    [Fact]
    public void The_checker_agrees_with_the_oracle_on_every_rule()
    {
        var oracle = FindOracle();
        Assert.SkipWhen(oracle is null, "No oracle: set COTERIE_ORACLES to the directory with lww_check.py.");
        var random = new SeededRandom(7, "oracle");
        var histories = Enumerable.Range(0, Histories).Select(_ => RandomHistory(random)).ToList();
        var answers = Ask(oracle!, histories);
        Assert.Equal(Histories, answers.Count);
        for (var index = 0; index < Histories; index++)
        {
            var ours = string.Concat(new[] { RegisterRule.Full, RegisterRule.Begin, RegisterRule.Recency }
                .Select(rule => RegisterChecker.Check(histories[index], rule) is null ? 'h' : 'v'));
            Assert.True(ours == answers[index], $"{ours} here, {answers[index]} there:\n{string.Join('\n', histories[index])}");
        }

        // Each rule must have been put to the test both ways.
        for (var rule = 0; rule < 3; rule++)
        {
            Assert.InRange(answers.Count(answer => answer[rule] == 'v'), Histories / 20, Histories * 19 / 20);
        }
    }

    private static string? FindOracle()
    {
        if (Environment.GetEnvironmentVariable("COTERIE_ORACLES") is { Length: > 0 } named)
        {
            return named;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, "shared", "oracles");
            if (File.Exists(Path.Combine(candidate, "lww_check.py")))
            {
                return candidate;
            }
        }

        return null;
    }

    private static List<string> Ask(string oracle, List<List<RegisterOperation>> histories)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Driver);
        start.ArgumentList.Add(oracle);
        Process? python;
        try
        {
            python = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            python = null;
        }

        Assert.SkipWhen(python is null, "No python3.");
        using (python)
        {
            // Read beside writing: the pipe back is small.
            var answers = python!.StandardOutput.ReadToEndAsync();
            foreach (var history in histories)
            {
                python.StandardInput.WriteLine(Json(history));
            }

            python.StandardInput.Close();
            return [.. answers.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
    }

    private static string Json(List<RegisterOperation> history)
    {
        var json = new StringBuilder("[");
        foreach (var operation in history)
        {
            var ended = operation.Ended?.ToString(CultureInfo.InvariantCulture) ?? "null";
            json.Append(json.Length > 1 ? "," : "");
            json.Append(operation.Kind == OperationKind.Write
                ? $$"""{"op":"write","ts":{{operation.Order}},"invoke":{{operation.Invoked}},"ack":{{ended}}}"""
                : $$"""{"op":"read","ts":{{operation.Order}},"invoke":{{operation.Invoked}},"return":{{ended}}}""");
        }

        return json.Append(']').ToString();
    }

    private static List<RegisterOperation> RandomHistory(SeededRandom random)
    {
        var history = new List<RegisterOperation>();
        var writes = random.Next(1, 6);
        for (var order = 1; order <= writes; order++)
        {
            var invoked = random.Next(0, 20);
            history.Add(new RegisterOperation(OperationKind.Write, order, invoked, random.Chance(0.3) ? null : invoked + random.Next(1, 6)));
        }

        for (var reads = random.Next(1, 6); reads > 0; reads--)
        {
            var invoked = random.Next(0, 24);
            var order = random.Chance(0.05) ? writes + 1 : random.Next(0, writes + 1);
            history.Add(new RegisterOperation(OperationKind.Read, order, invoked, invoked + random.Next(1, 6)));
        }

        return history;
    }
}

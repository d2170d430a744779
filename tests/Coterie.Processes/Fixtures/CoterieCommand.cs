using System.Diagnostics;

namespace Coterie.Processes.Fixtures;

/// <summary>How a run of the command ended, and what it said.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}

/// <summary>The built <c>coterie</c> command: the one of the same build as these tests, or another that the environment names.</summary>
internal static class CoterieCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static string Path { get; } = Environment.GetEnvironmentVariable("COTERIE_COMMAND") is { Length: > 0 } named ? named : OfThisBuild();

    /// <summary>Runs it to its end.</summary>
    public static Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, input: null, environment: []);

    public static async Task<CommandResult> RunAsync(
        IEnumerable<string> arguments, string? input, IEnumerable<(string Name, string Value)> environment)
    {
        var start = StartInfo(Path, arguments);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"coterie {string.Join(' ', arguments)} did not end within {Patience.TotalSeconds} s");
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <remarks>With the signals of a process in the foreground: whoever runs the tests in the background has it ignore Ctrl+C, and all that it starts.</remarks>
    public static ProcessStartInfo StartInfo(string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo
        {
            FileName = "env",
            ArgumentList = { "--default-signal=INT,QUIT,HUP", file },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    // artifacts/bin/Coterie.Processes/debug/ and artifacts/bin/Coterie.Cli/debug/coterie
    private static string OfThisBuild()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory);
        return System.IO.Path.Combine(configuration.Parent!.Parent!.FullName, "Coterie.Cli", configuration.Name, "coterie");
    }
}

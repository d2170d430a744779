using System.CommandLine;
using System.Runtime.CompilerServices;
using Coterie.Cli.Dev;
using Coterie.Host.Start;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Cql;

/// <summary><c>coterie cql</c>: a small shell. Statements come from <c>-e</c>, from a terminal with line editing, or from a pipe or file.</summary>
internal static class CqlCommand
{
    public static Command Create()
    {
        var execute = new Option<string?>("--execute", "-e") { Description = "Run these statements and leave", HelpName = "STATEMENT" };
        var consistency = new Option<string>("--consistency") { Description = "The consistency level", HelpName = "LEVEL", DefaultValueFactory = _ => "ONE" };
        var contact = new Option<string>("--contact") { Description = "The node to talk to", HelpName = "HOST[:PORT]", DefaultValueFactory = _ => "127.0.0.1" };
        var command = new Command("cql", "A shell for CQL") { execute, consistency, contact };
        command.SetAction((result, cancellationToken) =>
            RunAsync(result.GetValue(execute), result.GetValue(consistency)!, result.GetValue(contact)!, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? execute, string consistency, string contact, CancellationToken cancellationToken)
    {
        if (!ConsistencyLevelNames.TryParse(consistency, out var level))
        {
            return await FailAsync($"{consistency} is not a consistency level; there are {ConsistencyLevelNames.All}", ExitCodes.Usage);
        }

        try
        {
            var server = await Contact.ResolveAsync(contact, DevPlan.CqlPort, cancellationToken);
            var interactive = execute is null && !Console.IsInputRedirected && !Console.IsOutputRedirected;
            await using var shell = new CqlShell(server, level, interactive || !Console.IsOutputRedirected);
            await shell.ConnectAsync(cancellationToken);
            return execute is not null ? await RunScriptAsync(shell, new StringReader(execute), cancellationToken)
                : interactive ? await InteractAsync(shell, server.ToString(), level)
                : await RunScriptAsync(shell, Console.In, cancellationToken);
        }
        catch (FormatException e)
        {
            return await FailAsync(e.Message, ExitCodes.Usage);
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return await FailAsync(Contact.Hint, ExitCodes.Unavailable);
        }
    }

    private static async Task<int> FailAsync(string message, int exitCode)
    {
        await Console.Error.WriteLineAsync($"coterie: {message}");
        return exitCode;
    }

    /// <summary>Stops at the first statement that fails, since those after it may rely on it.</summary>
    private static async Task<int> RunScriptAsync(CqlShell shell, TextReader script, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var statement in StatementsAsync(script, cancellationToken))
        {
            count++;
            if (!await shell.RunAsync(statement.Text, cancellationToken))
            {
                await Console.Error.WriteLineAsync($"in statement {count}, which begins in line {statement.Line}: {statement.Shown}");
                return ExitCodes.Failure;
            }

            if (shell.ExitRequested)
            {
                break;
            }
        }

        return ExitCodes.Success;
    }

    private static async IAsyncEnumerable<ScriptStatement> StatementsAsync(
        TextReader script, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var splitter = new StatementSplitter();
        while (await script.ReadLineAsync(cancellationToken) is { } line)
        {
            foreach (var statement in splitter.Add(line))
            {
                yield return statement;
            }
        }

        if (splitter.Finish() is { } last)
        {
            yield return last;
        }
    }

    private static async Task<int> InteractAsync(CqlShell shell, string server, ConsistencyLevel level)
    {
        Console.WriteLine($"Connected to {server} at {ConsistencyLevelNames.Format(level)}. HELP for help, EXIT to leave.");
        Console.TreatControlCAsInput = true;
        var editor = new LineEditor();
        var splitter = new StatementSplitter();
        while (!shell.ExitRequested)
        {
            var prompt = splitter.HasPending ? "   ... " : shell.Keyspace.Length == 0 ? "cql> " : $"cql:{shell.Keyspace}> ";
            var line = editor.Read(prompt, out var interrupted);
            if (line is null)
            {
                break;
            }

            if (interrupted)
            {
                splitter.Finish();
                continue;
            }

            if (!splitter.HasPending && ShellCommand.TryParse(line, out _, out _))
            {
                await shell.RunAsync(line, CancellationToken.None);
                continue;
            }

            foreach (var statement in splitter.Add(line))
            {
                await shell.RunAsync(statement.Text, CancellationToken.None);
            }
        }

        return ExitCodes.Success;
    }
}

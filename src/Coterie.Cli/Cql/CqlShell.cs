using System.Globalization;
using System.Net;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Spectre.Console;

namespace Coterie.Cli.Cql;

/// <summary>
/// Runs statements and shows what comes back. A broken connection is made again for the next statement; the statement that it broke under is
/// not repeated, since it may have been done.
/// </summary>
internal sealed class CqlShell(IPEndPoint server, ConsistencyLevel level, bool terminal) : IAsyncDisposable
{
    private const int PageRows = 100;
    private const int PipePageRows = 5_000;

    private static readonly Style Bad = new(foreground: Color.Red);
    private static readonly Style Dim = new(foreground: Color.Grey);

    private readonly IAnsiConsole _console = ResultTable.CreateConsole(terminal);
    private CqlConnection? _connection;
    private ConsistencyLevel _level = level;

    public string Keyspace { get; private set; } = "";

    public bool ExitRequested { get; private set; }

    /// <summary>Runs one statement or one of the shell's own commands. False if it failed; what was wrong has been shown.</summary>
    public async Task<bool> RunAsync(string statement, CancellationToken cancellationToken)
    {
        try
        {
            if (ShellCommand.TryParse(statement, out var command, out var argument))
            {
                return await RunCommandAsync(command, argument, cancellationToken);
            }

            await RunStatementAsync(statement, cancellationToken);
            return true;
        }
        catch (CqlErrorException e)
        {
            ShowError($"{e.CodeName}: {ValueText.Escape(e.Message)}");
            return false;
        }
        catch (IOException e)
        {
            await ForgetConnectionAsync();
            ShowError(e.Message);
            return false;
        }
        catch (OperationCanceledException)
        {
            await ForgetConnectionAsync();
            ShowError("interrupted; the statement may have been done");
            return false;
        }
    }

    /// <exception cref="IOException">Nobody answers there.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken) => await ConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => ForgetConnectionAsync();

    private async Task<CqlConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = await CqlConnection.ConnectAsync(server, cancellationToken);
            if (Keyspace.Length > 0)
            {
                await _connection.QueryAsync($"USE \"{Keyspace.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", _level, cancellationToken);
            }
        }

        return _connection;
    }

    private async ValueTask ForgetConnectionAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private async Task RunStatementAsync(string statement, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? state = null;
        long shown = 0;
        do
        {
            var connection = await ConnectionAsync(cancellationToken);
            var result = await connection.QueryAsync(statement, _level, terminal ? PageRows : PipePageRows, state, cancellationToken);
            Keyspace = result.Keyspace ?? Keyspace;
            foreach (var warning in result.Warnings)
            {
                await Console.Error.WriteLineAsync($"warning: {ValueText.Escape(warning)}");
            }

            if (result.Columns is null)
            {
                return;
            }

            ResultTable.Write(_console, result);
            shown += result.Rows.Count;
            state = result.PagingState;
        }
        while (state is not null && AskForMore(shown));
        _console.Write(new Text(string.Create(CultureInfo.InvariantCulture, $"({shown} row{(shown == 1 ? "" : "s")})\n"), Dim));
    }

    private bool AskForMore(long shown)
    {
        if (!terminal)
        {
            return true;
        }

        _console.Write(new Text($"-- {shown} rows so far; any key for more, q to stop --", Dim));
        var key = Console.ReadKey(intercept: true);
        _console.WriteLine();
        return key.Key != ConsoleKey.Q && key.KeyChar != '\u0003';
    }

    private async Task<bool> RunCommandAsync(ShellCommandKind command, string argument, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case ShellCommandKind.Exit:
                ExitRequested = true;
                return true;
            case ShellCommandKind.Help:
                _console.Write(new Text(ShellCommand.HelpText));
                return true;
            case ShellCommandKind.Consistency:
                return SetConsistency(argument);
            default:
                await RunStatementAsync(ShellCommand.DescribeStatement(argument, Keyspace), cancellationToken);
                return true;
        }
    }

    private bool SetConsistency(string name)
    {
        if (name.Length > 0)
        {
            if (!ConsistencyLevelNames.TryParse(name, out var level))
            {
                ShowError($"{name} is not a consistency level; there are {ConsistencyLevelNames.All}");
                return false;
            }

            _level = level;
        }

        _console.Write(new Text($"Consistency level {ConsistencyLevelNames.Format(_level)}\n", Dim));
        return true;
    }

    private void ShowError(string message)
    {
        if (terminal)
        {
            _console.Write(new Text(message + "\n", Bad));
        }
        else
        {
            Console.Error.WriteLine(message);
        }
    }
}

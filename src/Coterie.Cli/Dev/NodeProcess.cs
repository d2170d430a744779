using System.Diagnostics;
using Coterie.Host.Start;

namespace Coterie.Cli.Dev;

/// <summary>
/// A node as a process of its own, so that it can really be killed. It ends by itself when its standard input ends: that is how it is asked to
/// stop, and it is what happens when the process that started it is killed.
/// </summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int LastLinesMax = 5;

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Queue<string> _lastLines = new();
    private readonly Lock _gate = new();

    private NodeProcess(DevNode node, Process process)
    {
        Node = node;
        _process = process;
        _log = new StreamWriter(new FileStream(node.LogPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
        Ended = WaitAsync();
    }

    public DevNode Node { get; }

    public int Id => _process.Id;

    public bool StopRequested { get; private set; }

    /// <summary>Completes after the process has ended and all of its output is in its log.</summary>
    public Task Ended { get; }

    public bool HasEnded => Ended.IsCompleted;

    public static NodeProcess Start(DevNode node) => new(node, OwnProcess.Start(["start", "--exit-with-parent", "--config", node.ConfigPath]));

    /// <summary>Asks it to drain and stop.</summary>
    public void RequestStop()
    {
        StopRequested = true;
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    public void Kill()
    {
        StopRequested = true;
        _process.Kill();
    }

    /// <summary>It will not start as it is configured, however often it is tried.</summary>
    public bool HasRefused => HasEnded && _process.ExitCode == ExitCodes.Configuration;

    /// <summary>How it ended, for people: the signal or the exit code.</summary>
    public string DescribeEnd() =>
        _process.ExitCode > 128 ? $"was killed by {SignalName(_process.ExitCode - 128)}" : $"ended with exit code {_process.ExitCode}";

    public IReadOnlyList<string> LastLines()
    {
        lock (_gate)
        {
            return [.. _lastLines];
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded)
        {
            Kill();
        }

        await Ended;
        _process.Dispose();
        try
        {
            await _log.DisposeAsync();
        }
        catch (IOException)
        {
            // As with any line: the disk is full.
        }
    }

    private static string SignalName(int signal) => signal switch
    {
        1 => "SIGHUP (1)",
        2 => "SIGINT (2)",
        3 => "SIGQUIT (3)",
        4 => "SIGILL (4)",
        6 => "SIGABRT (6)",
        7 => "SIGBUS (7)",
        9 => "SIGKILL (9)",
        11 => "SIGSEGV (11)",
        13 => "SIGPIPE (13)",
        15 => "SIGTERM (15)",
        _ => $"signal {signal}",
    };

    private async Task WaitAsync() =>
        await Task.WhenAll(CopyAsync(_process.StandardOutput), CopyAsync(_process.StandardError), _process.WaitForExitAsync());

    private async Task CopyAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                WriteLog(line);
                _lastLines.Enqueue(line);
                if (_lastLines.Count > LastLinesMax)
                {
                    _lastLines.Dequeue();
                }
            }
        }
    }

    /// <summary>On a full disk the line is lost, and nothing else: the node's output must be read on, or the node would wait for it.</summary>
    private void WriteLog(string line)
    {
        try
        {
            _log.WriteLine(line);
        }
        catch (IOException)
        {
            // What is not on the disk is among the last lines still.
        }
    }
}

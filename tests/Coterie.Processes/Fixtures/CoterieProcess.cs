using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Coterie.Processes.Fixtures;

/// <summary>
/// A running process of the command, with what it has said so far. It is started with <c>--exit-with-parent</c> and ends when its input does,
/// so it is gone even if the test run is killed.
/// </summary>
internal sealed partial class CoterieProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _reading;
    private TaskCompletionSource _news = NewsSource();

    public CoterieProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Output and error, as they came.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public static CoterieProcess Start(params string[] arguments) => new(CoterieCommand.StartInfo(CoterieCommand.Path, arguments));

    /// <summary>Waits until it has said a line of which this is true, and returns the first such.</summary>
    public async Task<string> LineAsync(Func<string, bool> isIt)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var news = Volatile.Read(ref _news).Task;
            if (Lines.FirstOrDefault(isIt) is { } line)
            {
                return line;
            }

            if (_reading.IsCompleted)
            {
                throw new InvalidOperationException($"The process ended without the line that was waited for; it said:\n{string.Join('\n', Lines)}");
            }

            try
            {
                await Task.WhenAny(news, _reading).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Within {Patience.TotalSeconds} s the line that was waited for did not come; it said:\n{string.Join('\n', Lines)}");
            }
        }
    }

    public Task<string> LineAsync(string part) => LineAsync(line => line.Contains(part, StringComparison.Ordinal));

    /// <summary>Waits for its end; the exit code, or 128 and the signal that killed it.</summary>
    public async Task<int> ExitAsync()
    {
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(), _reading).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The process did not end within {Patience.TotalSeconds} s; it said:\n{string.Join('\n', Lines)}");
        }

        return _process.ExitCode;
    }

    public void Signal(PosixSignalNumber signal) => Signals.Send(Id, signal);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // The end of its input asks it to stop; what does not is killed with its children.
            _process.StandardInput.Close();
            if (await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(15))) is { IsCompleted: true } && !_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        await _reading.WaitAsync(Patience);
        _process.Dispose();
    }

    private static TaskCompletionSource NewsSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }

            Interlocked.Exchange(ref _news, NewsSource()).SetResult();
        }
    }
}

/// <summary>The signals of Linux that the tests send.</summary>
internal enum PosixSignalNumber
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class Signals
{
    public static void Send(int process, PosixSignalNumber signal)
    {
        if (Kill(process, (int)signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} to process {process}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    public static bool IsAlive(int process) => Directory.Exists($"/proc/{process}") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

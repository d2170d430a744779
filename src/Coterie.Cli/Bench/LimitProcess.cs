using System.Diagnostics;
using System.Globalization;
using Coterie.Host.Limit;

namespace Coterie.Cli.Bench;

/// <summary>A process of the limit, from when it is ready until it is disposed.</summary>
internal sealed class LimitProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private LimitProcess(Process process) => _process = process;

    /// <exception cref="IOException">It did not become ready.</exception>
    public static async Task<LimitProcess> StartAsync(params string[] arguments)
    {
        var process = new LimitProcess(OwnProcess.Start(arguments));
        if (await process.ReadLineAsync() == LimitHost.Ready)
        {
            return process;
        }

        var error = await process._process.StandardError.ReadToEndAsync();
        await process.DisposeAsync();
        throw new IOException($"a process of the limit did not start: {error.Trim()}");
    }

    /// <summary>What a node has sent since it started: frames in all, and answers to clients among them.</summary>
    public async Task<(long Frames, long Answers)> CountAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        var counts = (await ReadLineAsync() ?? throw new IOException("a process of the limit has ended")).Split(' ');
        return (long.Parse(counts[0], CultureInfo.InvariantCulture), long.Parse(counts[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
}

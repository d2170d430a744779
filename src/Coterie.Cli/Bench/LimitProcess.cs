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

    /// <summary>What a node has sent since it started.</summary>
    public async Task<LimitCounts> CountAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        var counts = (await ReadLineAsync() ?? throw new IOException("a process of the limit has ended"))
            .Split(' ').Select(count => long.Parse(count, CultureInfo.InvariantCulture)).ToArray();
        return new LimitCounts(counts[0], counts[1], counts[2]);
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

/// <param name="Frames">In all.</param>
/// <param name="Answers">Those among them that went to clients.</param>
/// <param name="Flushes">Times that frames were handed to the network.</param>
internal readonly record struct LimitCounts(long Frames, long Answers, long Flushes)
{
    public static LimitCounts operator +(LimitCounts left, LimitCounts right) =>
        new(left.Frames + right.Frames, left.Answers + right.Answers, left.Flushes + right.Flushes);
}

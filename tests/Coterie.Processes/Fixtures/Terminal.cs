using System.Diagnostics;
using System.Text;

namespace Coterie.Processes.Fixtures;

/// <summary>The command on a terminal of its own, made by <c>script</c> (util-linux): keys go in, what the screen would get comes out.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private const string Script = "/usr/bin/script";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _screen = new();
    private readonly Task _reading;

    public Terminal(int columns, IEnumerable<string> arguments)
    {
        var command = $"stty cols {columns} rows 50; exec {string.Join(' ', arguments.Prepend(CoterieCommand.Path).Select(Quote))}";
        var start = CoterieCommand.StartInfo(Script, ["--quiet", "--flush", "--return", "--command", command, "/dev/null"]);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    public static bool IsAvailable => File.Exists(Script);

    public string Screen
    {
        get
        {
            lock (_screen)
            {
                return _screen.ToString();
            }
        }
    }

    /// <summary>Types, then waits for text that comes after.</summary>
    public async Task<string> TypeAsync(string keys, string expected)
    {
        var before = Screen.Length;
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
        return await ExpectAsync(expected, before);
    }

    public async Task<string> ExpectAsync(string expected, int from = 0)
    {
        try
        {
            await Until.TrueAsync(expected, () => Screen.IndexOf(expected, from, StringComparison.Ordinal) >= 0);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; on the screen was: {Screen[from..]}");
        }

        return Screen[from..];
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        _process.Dispose();
    }

    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private async Task ReadAsync()
    {
        var buffer = new char[1024];
        int read;
        while ((read = await _process.StandardOutput.ReadAsync(buffer)) > 0)
        {
            lock (_screen)
            {
                _screen.Append(buffer, 0, read);
            }
        }
    }
}

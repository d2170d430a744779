using System.Globalization;

namespace Coterie.Processes.Fixtures;

/// <summary>
/// A node whose data directory is a small file system of its own: a tmpfs in a mount namespace that only the node sees. When the node ends,
/// it is started once more on the same file system.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Script = "mount -t tmpfs -o size=\"$1\" coterie \"$2\" && shift 2 && { \"$@\"; \"$@\"; }";

    // Root in a user namespace of one's own, which most systems allow; else as the root that one is.
    private static readonly string[][] Ways = [["--user", "--map-root-user", "--mount"], ["--mount"]];

    private static readonly Lazy<string[]?> Way = new(FindWay);

    private readonly string _path;

    private SmallDisk(CoterieProcess process, string path)
    {
        Process = process;
        _path = path;
    }

    public static bool IsAvailable => Way.Value is not null;

    /// <summary>The shell around the node; what the node says comes out here.</summary>
    public CoterieProcess Process { get; }

    public int NodeProcessId => int.Parse(File.ReadAllText(Outside("coterie.pid")), CultureInfo.InvariantCulture);

    private string Ballast => Outside("ballast");

    public static SmallDisk Start(NodeConfiguration node, int megabytes)
    {
        Directory.CreateDirectory(node.DataDirectory);
        var start = CoterieCommand.StartInfo("unshare",
        [
            .. Way.Value!, "--", "/bin/sh", "-c", Script, "sh", $"{megabytes}m", node.DataDirectory,
            CoterieCommand.Path, "start", "--exit-with-parent", "--config", node.Write(),
        ]);
        return new SmallDisk(new CoterieProcess(start), node.DataDirectory);
    }

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        var block = new byte[4096];
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                ballast.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void FreeSpace() => File.Delete(Ballast);

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static string[]? FindWay() => Array.Find(Ways, way =>
    {
        using var directory = new TemporaryDirectory();
        using var attempt = System.Diagnostics.Process.Start(CoterieCommand.StartInfo(
            "unshare", [.. way, "--", "/bin/sh", "-c", Script, "sh", "1m", directory.Path, "true"]))!;
        attempt.WaitForExit();
        return attempt.ExitCode == 0;
    });

    /// <summary>The file as this process, outside the namespace, reaches it.</summary>
    private string Outside(string name) => $"/proc/{Process.Id}/root{_path}/{name}";
}

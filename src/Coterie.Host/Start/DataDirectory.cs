using System.Globalization;
using System.Net;
using System.Text.Json;
using Coterie.Host.Configuration;

namespace Coterie.Host.Start;

/// <summary>
/// The directory that holds one node's data, held by one process at a time and by one node of one cluster for ever.
/// </summary>
/// <remarks>
/// Invariants. While this object lives no other process has the lock file open. <c>coterie.node</c> is written at the first start, before the
/// store, and says whose data this is; a store without it, or with another's, is refused. It is a guard against a wrong configuration only:
/// the node's identity is in the store itself.
/// </remarks>
internal sealed class DataDirectory : IDisposable
{
    private const string LockName = "coterie.lock";
    private const string PidName = "coterie.pid";
    private const string OwnerName = "coterie.node";
    private const string StoreName = "store";

    /// <summary>What may lie in a directory that no node has started in yet.</summary>
    private static readonly string[] HarmlessNames = [LockName, PidName, OwnerName, "coterie.json", "coterie.log", "lost+found"];

    private readonly string _path;
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held)
    {
        _path = path;
        _lock = held;
    }

    /// <summary>Where the storage engine keeps its files.</summary>
    public string StorePath => Path.Combine(_path, StoreName);

    private string PidPath => Path.Combine(_path, PidName);

    /// <summary>Takes the directory, or adds what prevents it to <paramref name="problems"/> and returns null.</summary>
    public static DataDirectory? TryOpen(HostOptions options, List<string> problems)
    {
        var path = options.DataDirectory;
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var directory = new DataDirectory(path, held);
            if (directory.OwnerProblem(options) is not { } problem)
            {
                return directory;
            }

            problems.Add(problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(Describe(path, held is null, e));
        }

        held?.Dispose();
        return null;
    }

    public void WritePid() => File.WriteAllText(PidPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");

    public void Dispose()
    {
        File.Delete(PidPath);
        _lock.Dispose();
    }

    private static string Describe(string path, bool taking, Exception error)
    {
        var pidFile = Path.Combine(path, PidName);
        return taking && error is IOException && File.Exists(Path.Combine(path, LockName))
            ? $"{path}: in use by another process{(File.Exists(pidFile) ? $" ({File.ReadAllText(pidFile).Trim()})" : "")}"
            : $"{path}: {error.Message}";
    }

    private string? OwnerProblem(HostOptions options)
    {
        var ownerPath = Path.Combine(_path, OwnerName);
        var owner = new Owner(options.ClusterName, options.PeerAddress.ToString());
        if (!File.Exists(ownerPath))
        {
            var foreign = Directory.EnumerateFileSystemEntries(_path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
                .FirstOrDefault(name => !HarmlessNames.Contains(name));
            if (foreign is not null)
            {
                return $"{_path}: holds '{foreign}' but is not the data directory of a node; give it an empty one";
            }

            WriteWhole(ownerPath, JsonSerializer.SerializeToUtf8Bytes(owner));
            return null;
        }

        Owner? found;
        try
        {
            found = JsonSerializer.Deserialize<Owner>(File.ReadAllBytes(ownerPath));
        }
        catch (JsonException)
        {
            found = null;
        }

        return found switch
        {
            null => $"{ownerPath}: is damaged",
            _ when found.ClusterName != owner.ClusterName =>
                $"{_path}: holds data of the cluster '{found.ClusterName}'; this configuration is for '{owner.ClusterName}'",
            _ when !IPEndPoint.Parse(found.PeerAddress).Equals(options.PeerAddress) =>
                $"{_path}: holds data of the node {found.PeerAddress}; this configuration is for {owner.PeerAddress}",
            _ => null,
        };
    }

    /// <summary>Appears under its name whole or not at all.</summary>
    private static void WriteWhole(string path, byte[] content)
    {
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }

    private sealed record Owner(string ClusterName, string PeerAddress);
}

using System.Globalization;
using System.Net;
using System.Text.Json;
using Coterie.Host.Configuration;
using Coterie.Storage.Files;

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
    private const string SyncMarkName = "coterie.unsynced";
    private const string MemberName = "coterie.member";
    private const string ScrubName = "coterie.scrubbed";
    private const string AsideInfix = ".corrupt-";
    private const string AsideTime = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>A store that is damaged again so soon lies on a disk that is going.</summary>
    public static readonly TimeSpan BetweenSetAsides = TimeSpan.FromMinutes(10);

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

    /// <summary>Where it is noted that the store may hold writes that were not synced.</summary>
    public string SyncMarkPath => Path.Combine(_path, SyncMarkName);

    private string PidPath => Path.Combine(_path, PidName);

    /// <summary>Adds what prevents the directory from being taken to <paramref name="problems"/>. Changes nothing.</summary>
    public static void Check(StartTargets targets, List<string> problems)
    {
        if (targets.DataDirectory is not { } path || !Directory.Exists(path))
        {
            return;
        }

        try
        {
            if (File.Exists(Path.Combine(path, LockName)))
            {
                Lock(path).Dispose();
            }

            if (OwnerProblem(path, targets.ClusterName, targets.PeerAddress) is { } problem)
            {
                problems.Add(problem);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(Describe(path, e));
        }
    }

    /// <summary>Takes the directory, or adds what prevents it to <paramref name="problems"/> and returns null.</summary>
    public static DataDirectory? TryOpen(HostOptions options, List<string> problems)
    {
        var path = options.DataDirectory;
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = Lock(path);
            if (OwnerProblem(path, options.ClusterName, options.PeerAddress) is not { } problem)
            {
                var owner = new Owner(options.ClusterName, options.PeerAddress.ToString());
                DurableFile.Write(Path.Combine(path, OwnerName), JsonSerializer.SerializeToUtf8Bytes(owner, DataDirectoryJson.Default.Owner));
                return new DataDirectory(path, held);
            }

            problems.Add(problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(Describe(path, e));
        }

        held?.Dispose();
        return null;
    }

    /// <summary>A node that had its data here has been a member of a cluster, whatever has become of its store.</summary>
    public bool HasBeenMember => File.Exists(Path.Combine(_path, MemberName)) || Directory.EnumerateDirectories(_path, StoreName + AsideInfix + "*").Any();

    /// <summary>This node is a member of this cluster. Kept beside the store, for the case that it is lost.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void NoteMember(string clusterId)
    {
        var path = Path.Combine(_path, MemberName);
        var content = System.Text.Encoding.UTF8.GetBytes(clusterId + "\n");
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            DurableFile.Write(path, content);
        }
    }

    public void WritePid() => File.WriteAllText(PidPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");

    /// <summary>When the store was last read again whole; a node that has never done so begins to count now.</summary>
    public DateTimeOffset LastScrub(DateTimeOffset now)
    {
        var path = Path.Combine(_path, ScrubName);
        if (!File.Exists(path))
        {
            NoteScrub(now);
        }

        return File.GetLastWriteTimeUtc(path);
    }

    public void NoteScrub(DateTimeOffset now)
    {
        var path = Path.Combine(_path, ScrubName);
        File.WriteAllBytes(path, []);
        File.SetLastWriteTimeUtc(path, now.UtcDateTime);
    }

    /// <summary>
    /// Moves the store, which must be closed, out of the way whole, and leaves an empty one, both durably: if the old one came back after a crash, the node
    /// would go on with it as if nothing had been written since. Returns where it is now; null: one was set aside too short a while ago.
    /// </summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public string? TrySetStoreAside(DateTimeOffset now)
    {
        if (Directory.EnumerateDirectories(_path, StoreName + AsideInfix + "*").Any(before => IsRecent(before, now)))
        {
            return null;
        }

        var aside = StorePath + AsideInfix + now.UtcDateTime.ToString(AsideTime, CultureInfo.InvariantCulture);
        Directory.Move(StorePath, aside);
        Directory.CreateDirectory(StorePath);
        DurableFile.Sync(_path);
        return aside;
    }

    public void Dispose()
    {
        File.Delete(PidPath);
        _lock.Dispose();
    }

    // A time ahead of the clock counts too: which of the two is wrong cannot be known.
    private static bool IsRecent(string aside, DateTimeOffset now)
    {
        var time = aside[(aside.LastIndexOf(AsideInfix, StringComparison.Ordinal) + AsideInfix.Length)..];
        return DateTimeOffset.TryParseExact(time, AsideTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var then)
            && (now - then).Duration() < BetweenSetAsides;
    }

    private static FileStream Lock(string path) => new(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static string Describe(string path, Exception error)
    {
        const int WouldBlock = 11;
        var pidFile = Path.Combine(path, PidName);
        return error is IOException && (error.HResult == WouldBlock || error.Message.Contains("being used by another process", StringComparison.Ordinal))
            ? $"{path}: in use by another process{(File.Exists(pidFile) ? $" ({File.ReadAllText(pidFile).Trim()})" : "")}"
            : $"{path}: {error.Message}";
    }

    private static string? OwnerProblem(string path, string? clusterName, IPEndPoint? peerAddress)
    {
        var ownerPath = Path.Combine(path, OwnerName);
        if (!File.Exists(ownerPath))
        {
            var foreign = Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
                .FirstOrDefault(name => !HarmlessNames.Contains(name));
            return foreign is null ? null : $"{path}: holds '{foreign}' but is not the data directory of a node; give it an empty one";
        }

        var found = ReadOwner(ownerPath);
        return found switch
        {
            null => $"{ownerPath}: is damaged",
            _ when clusterName is not null && found.ClusterName != clusterName =>
                $"{path}: holds data of the cluster '{found.ClusterName}'; this configuration is for '{clusterName}'",
            _ when peerAddress is not null && found.PeerAddress != peerAddress.ToString() =>
                $"{path}: holds data of the node {found.PeerAddress}; this configuration is for {peerAddress}",
            _ => null,
        };
    }

    private static Owner? ReadOwner(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), DataDirectoryJson.Default.Owner);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal sealed record Owner(string ClusterName, string PeerAddress);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(DataDirectory.Owner))]
internal sealed partial class DataDirectoryJson : System.Text.Json.Serialization.JsonSerializerContext;

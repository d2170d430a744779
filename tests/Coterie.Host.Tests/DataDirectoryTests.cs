using System.Net;
using Coterie.Host.Configuration;
using Coterie.Host.Start;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"coterie-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public void The_same_node_opens_it_again()
    {
        Open(Options()).Dispose();
        using var again = Open(Options());

        Assert.Equal(Path.Combine(_path, "store"), again.StorePath);
    }

    [Fact]
    public void A_damaged_store_is_moved_whole_and_not_twice_within_ten_minutes()
    {
        var now = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
        using var directory = Open(Options());
        Directory.CreateDirectory(directory.StorePath);
        File.WriteAllText(Path.Combine(directory.StorePath, "000007.sst"), "rows");

        var aside = directory.TrySetStoreAside(now);

        Assert.Equal(Path.Combine(_path, "store.corrupt-20300102T030405Z"), aside);
        Assert.Equal("rows", File.ReadAllText(Path.Combine(aside!, "000007.sst")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.StorePath));
        Assert.Null(directory.TrySetStoreAside(now + TimeSpan.FromMinutes(9)));
        Assert.Null(directory.TrySetStoreAside(now - TimeSpan.FromMinutes(9)));
        Assert.True(Directory.Exists(directory.StorePath));
        Assert.Equal(Path.Combine(_path, "store.corrupt-20300102T031405Z"), directory.TrySetStoreAside(now + TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public void A_second_process_is_refused_and_told_who_has_it()
    {
        using var first = Open(Options());
        first.WritePid();

        Assert.Equal($"{_path}: in use by another process ({Environment.ProcessId})", Refused(Options()));
    }

    [Fact]
    public void Data_of_another_cluster_is_refused()
    {
        Open(Options()).Dispose();

        Assert.Equal($"{_path}: holds data of the cluster 'test'; this configuration is for 'other'", Refused(Options() with { ClusterName = "other" }));
    }

    [Fact]
    public void Data_of_another_node_is_refused()
    {
        Open(Options()).Dispose();
        var other = Options() with { PeerAddress = IPEndPoint.Parse("127.0.0.2:7000") };

        Assert.Equal($"{_path}: holds data of the node 127.0.0.1:7000; this configuration is for 127.0.0.2:7000", Refused(other));
    }

    [Fact]
    public void A_directory_with_something_else_in_it_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, "letter.txt"), "dear");

        Assert.Contains("holds 'letter.txt'", Refused(Options()), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_path, "coterie.node")));
    }

    [Fact]
    public void A_damaged_owner_file_is_refused_by_name()
    {
        Open(Options()).Dispose();
        File.WriteAllText(Path.Combine(_path, "coterie.node"), "{");

        Assert.Equal($"{Path.Combine(_path, "coterie.node")}: is damaged", Refused(Options()));
    }

    [Fact]
    public void The_pid_file_is_there_while_the_directory_is_held()
    {
        var pidFile = Path.Combine(_path, "coterie.pid");
        var directory = Open(Options());
        directory.WritePid();

        Assert.Equal($"{Environment.ProcessId}\n", File.ReadAllText(pidFile));
        directory.Dispose();
        Assert.False(File.Exists(pidFile));
    }

    private static DataDirectory Open(HostOptions options)
    {
        var problems = new List<string>();
        var directory = DataDirectory.TryOpen(options, problems);
        Assert.Empty(problems);
        return directory!;
    }

    private static string Refused(HostOptions options)
    {
        var problems = new List<string>();
        Assert.Null(DataDirectory.TryOpen(options, problems));
        return Assert.Single(problems);
    }

    private HostOptions Options() => new()
    {
        ClusterName = "test",
        DataDirectory = _path,
        Datacenter = "dc1",
        Rack = "rack1",
        CqlAddress = IPEndPoint.Parse("127.0.0.1:9042"),
        PeerAddress = IPEndPoint.Parse("127.0.0.1:7000"),
        AdminAddress = IPEndPoint.Parse("127.0.0.1:9180"),
        InitialNodes = [IPEndPoint.Parse("127.0.0.1:7000")],
        InsecureNoAuthNoTls = false,
        WriteTimeout = TimeSpan.FromSeconds(2),
        ReadTimeout = TimeSpan.FromSeconds(5),
        RangeTimeout = TimeSpan.FromSeconds(10),
        DrainTimeout = TimeSpan.FromSeconds(10),
        BlockCacheBytes = 64 << 20,
        LogLevel = LogLevel.Information,
    };
}

using System.Collections;
using System.Collections.Immutable;
using System.Net;
using Coterie.Coordinator.Hints;
using Coterie.Replica.Trees;
using Coterie.Repair;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Configuration;

/// <summary>
/// Every key that a node understands, with its type, range and default. Strict: whatever is unknown, of the wrong unit, out of range or
/// missing is a problem, and all problems are found before any is told.
/// </summary>
public static class HostOptionsReader
{
    private const string InsecureKey = "InsecureNoAuthNoTls";
    private const int RowsPerSecondMin = 100;
    private const int RowsPerSecondMax = 100_000_000;

    /// <summary>The flag of the command line that stands for <c>InsecureNoAuthNoTls=true</c>.</summary>
    public const string InsecureFlag = "--insecure-no-auth-no-tls";

    /// <param name="targets">What could be read of what the start must check in the world, whatever else is wrong.</param>
    /// <returns>The options, or null if there was any problem.</returns>
    public static HostOptions? Read(
        string? file, IDictionary environment, IEnumerable<string> arguments, List<string> problems, out StartTargets targets)
    {
        targets = new StartTargets(null, null, null, null, null, null);
        var sources = new SettingSources(problems);
        if (file is not null)
        {
            sources.AddJsonFile(file);
            if (problems.Count > 0)
            {
                // Without the file every required key would be reported missing.
                return null;
            }
        }

        sources.AddEnvironment(environment);
        sources.AddCommandLine(arguments.Select(argument => argument == InsecureFlag ? $"--{InsecureKey}=true" : argument));
        return Read(new SettingReader(sources.All, problems), problems, out targets);
    }

    private static HostOptions? Read(SettingReader settings, List<string> problems, out StartTargets targets)
    {
        var clusterName = settings.RequiredText("ClusterName");
        var dataDirectory = settings.RequiredText("DataDirectory");
        var datacenter = settings.Text("Datacenter", "dc1");
        var rack = settings.Text("Rack", "rack1");
        var cql = settings.RequiredAddress("Cql:Address");
        var peer = settings.RequiredAddress("Peer:Address");
        var admin = settings.RequiredAddress("Admin:Address");
        var console = settings.Address("Console:Address");
        var initial = settings.RequiredAddresses("InitialNodes");
        var formNewCluster = settings.Boolean("FormNewCluster", false);
        var insecure = settings.Boolean(InsecureKey, false);
        var write = settings.Length("Timeouts:Write", TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        var read = settings.Length("Timeouts:Read", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        var range = settings.Length("Timeouts:Range", TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        var drain = settings.Length("Timeouts:Drain", TimeSpan.FromSeconds(12), TimeSpan.Zero, TimeSpan.FromMinutes(10));
        var cache = settings.Bytes("Storage:BlockCache", 64L << 20, 1L << 20, 1L << 40);
        var (sync, syncInterval) = Sync(settings);
        var bootIdFile = settings.Text("Storage:BootIdFile", "/proc/sys/kernel/random/boot_id");
        var hints = Hints(settings);
        var repair = Repair(settings);
        var trees = new TreeOptions
        {
            RowsPerSecond = settings.Number("Trees:RowsPerSecond", new TreeOptions().RowsPerSecond, RowsPerSecondMin, RowsPerSecondMax),
            CleanRowsPerSecond = settings.Number("Trees:CleanRowsPerSecond", new TreeOptions().CleanRowsPerSecond, 0, RowsPerSecondMax),
        };
        var scrubInterval = settings.Length("Trees:ScrubInterval", TimeSpan.FromDays(7), TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));
        var scrubRate = settings.Bytes("Trees:ScrubRate", 8L << 20, 64L << 10, 1L << 40);
        var isLab = settings.Boolean("Lab:Enabled", false);
        var logLevel = settings.Choice("Logging:Level", LogLevel.Information);
        settings.ReportUnknown();
        CheckAddresses(settings, cql, peer, admin, initial, insecure);
        CheckConsole(settings, console, [cql, peer, admin]);
        targets = new StartTargets(clusterName, dataDirectory, cql, peer, admin, console);
        if (problems.Count > 0 || clusterName is null || dataDirectory is null || cql is null || peer is null || admin is null)
        {
            return null;
        }

        return new HostOptions
        {
            ClusterName = clusterName,
            DataDirectory = Path.GetFullPath(dataDirectory),
            Datacenter = datacenter,
            Rack = rack,
            CqlAddress = cql,
            PeerAddress = peer,
            AdminAddress = admin,
            ConsoleAddress = console,
            InitialNodes = initial,
            FormNewCluster = formNewCluster,
            InsecureNoAuthNoTls = insecure,
            WriteTimeout = write,
            ReadTimeout = read,
            RangeTimeout = range,
            DrainTimeout = drain,
            BlockCacheBytes = cache,
            Sync = sync,
            SyncInterval = syncInterval,
            BootIdFile = bootIdFile,
            Hints = hints,
            Repair = repair,
            Trees = trees,
            ScrubInterval = scrubInterval,
            ScrubBytesPerSecond = scrubRate,
            IsLab = isLab,
            LogLevel = logLevel,
        };
    }

    private static (SyncMode Mode, TimeSpan Interval) Sync(SettingReader settings)
    {
        var mode = settings.Choice("Storage:Sync", SyncMode.Group);
        var interval = settings.Length("Storage:SyncInterval", new StorageWriterOptions().SyncInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        if (mode != SyncMode.Periodic && settings.IsGiven("Storage:SyncInterval"))
        {
            settings.Report("Storage:SyncInterval", "is of no effect: only with Storage:Sync periodic is there an interval");
        }

        return (mode, interval);
    }

    private static HintOptions Hints(SettingReader settings)
    {
        var otherwise = HintOptions.Default;
        var hints = new HintOptions
        {
            Window = settings.Length("Hints:Window", otherwise.Window, TimeSpan.Zero, TimeSpan.FromDays(30)),
            BytesMax = settings.Bytes("Hints:Bytes", otherwise.BytesMax, 1L << 20, 1L << 50),
            BytesPerTargetMax = settings.Bytes("Hints:BytesPerTarget", Math.Min(otherwise.BytesPerTargetMax, otherwise.BytesMax), 1L << 20, 1L << 50),
            BytesPerSecond = settings.Bytes("Hints:Rate", otherwise.BytesPerSecond, 1L << 10, 1L << 40),
        };
        if (hints.BytesPerTargetMax > hints.BytesMax && settings.IsGiven("Hints:BytesPerTarget"))
        {
            settings.Report("Hints:BytesPerTarget", $"is more than Hints:Bytes, {ByteSize.Format(hints.BytesMax)}");
        }

        return hints;
    }

    private static RepairOptions Repair(SettingReader settings)
    {
        var otherwise = new RepairOptions();
        return otherwise with
        {
            Enabled = settings.Boolean("Repair:Enabled", otherwise.Enabled),
            Interval = settings.Length("Repair:Interval", otherwise.Interval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            RowsPerSecond = settings.Number("Repair:RowsPerSecond", otherwise.RowsPerSecond, RowsPerSecondMin, RowsPerSecondMax),
        };
    }

    private static void CheckAddresses(
        SettingReader settings, IPEndPoint? cql, IPEndPoint? peer, IPEndPoint? admin, ImmutableArray<IPEndPoint> initial, bool insecure)
    {
        CheckLoopback(settings, "Cql:Address", cql, insecure);
        CheckLoopback(settings, "Peer:Address", peer, insecure);
        if (admin is not null && !IPAddress.IsLoopback(admin.Address))
        {
            settings.Report("Admin:Address", "is not a loopback address; the admin address has no authentication and may be nothing else");
        }

        if (cql is not null && (cql.Equals(peer) || cql.Equals(admin)))
        {
            settings.Report("Cql:Address", "is also the address of something else");
        }

        if (peer is not null && peer.Equals(admin))
        {
            settings.Report("Peer:Address", "is also the admin address");
        }

        if (initial.Distinct().Count() != initial.Length)
        {
            settings.Report("InitialNodes", "names a node twice");
        }

        if (peer is not null && !initial.IsEmpty && !initial.Contains(peer))
        {
            settings.Report("InitialNodes", $"does not name this node ({peer}); joining a cluster later is not possible yet");
        }
    }

    private static void CheckConsole(SettingReader settings, IPEndPoint? console, IEnumerable<IPEndPoint?> others)
    {
        if (console is not null && !IPAddress.IsLoopback(console.Address))
        {
            settings.Report("Console:Address", "is not a loopback address; the console has no authentication and may be nothing else");
        }

        if (console is not null && others.Contains(console))
        {
            settings.Report("Console:Address", "is also the address of something else");
        }
    }

    private static void CheckLoopback(SettingReader settings, string key, IPEndPoint? address, bool insecure)
    {
        if (address is null)
        {
            return;
        }

        if (address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any))
        {
            settings.Report(key, "stands for every interface; name the one that others reach");
        }
        else if (!IPAddress.IsLoopback(address.Address) && !insecure)
        {
            settings.Report(key, $"is not a loopback address; there is no authentication and no TLS yet, so this takes {InsecureFlag}");
        }
    }
}

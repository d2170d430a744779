using System.Globalization;
using System.Net;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Admin;

/// <summary>What a node process really listens on, as the kernel has it.</summary>
public sealed class ListeningSocketsTests(SharedCluster shared)
{
    private const string Listening = "0A";

    [Fact]
    public void A_node_listens_on_its_three_loopback_addresses_and_on_nothing_else()
    {
        for (var node = 1; node <= 3; node++)
        {
            var address = Addresses.Following(shared.Cluster.First, node - 1);
            Assert.Equal(
                [$"{address}:{Addresses.PeerPort}", $"{address}:{Addresses.CqlPort}", $"{address}:{Addresses.AdminPort}"],
                Listeners(shared.Cluster.ProcessId(node)));
        }
    }

    [Fact]
    public void The_supervisor_without_a_console_listens_on_nothing() => Assert.Empty(Listeners(shared.Cluster.Supervisor.Id));

    private static IEnumerable<string> Listeners(int process)
    {
        var own = Directory.EnumerateFiles($"/proc/{process}/fd").Select(fd => new FileInfo(fd).LinkTarget).ToHashSet();
        return new[] { "tcp", "tcp6", "udp", "udp6" }
            .SelectMany(table => File.ReadLines($"/proc/{process}/net/{table}").Skip(1).Select(line => (Table: table, Cells: line.Split(' ', StringSplitOptions.RemoveEmptyEntries))))
            .Where(row => own.Contains($"socket:[{row.Cells[9]}]") && (row.Cells[3] == Listening || row.Table.StartsWith("udp", StringComparison.Ordinal)))
            .Select(row => EndPoint(row.Cells[1]))
            .OrderBy(endPoint => endPoint.Port)
            .Select(endPoint => endPoint.ToString());
    }

    /// <summary>The kernel writes an address as 32-bit words in the machine's byte order, and the port in network order.</summary>
    private static IPEndPoint EndPoint(string cell)
    {
        var parts = cell.Split(':');
        var bytes = Convert.FromHexString(parts[0]);
        for (var word = 0; word < bytes.Length; word += 4)
        {
            Array.Reverse(bytes, word, BitConverter.IsLittleEndian ? 4 : 0);
        }

        return new IPEndPoint(new IPAddress(bytes), int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}

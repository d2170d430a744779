using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;

namespace Coterie.Cli.Dev;

/// <summary>One node of a development cluster: where it listens and where its files are.</summary>
internal sealed record DevNode(int Index, string Datacenter, IPEndPoint Cql, IPEndPoint Peer, IPEndPoint Admin, string Directory)
{
    public string Name => $"node{Index}";

    public string ConfigPath => Path.Combine(Directory, "coterie.json");

    public string LogPath => Path.Combine(Directory, "coterie.log");
}

/// <summary>
/// Where the nodes of a development cluster go. Each has an address of its own and the usual ports, as on separate machines; on one address
/// they have ports of their own, which drivers follow through <c>system.peers_v2</c>.
/// </summary>
internal static class DevPlan
{
    public const int CqlPort = 9042;
    public const int PeerPort = 7000;
    public const int AdminPort = 9180;

    /// <param name="first">The first node's address; the others' follow it.</param>
    public static ImmutableArray<DevNode> Create(int nodes, int datacenters, IPAddress first, bool oneAddress, string directory)
    {
        var plan = ImmutableArray.CreateBuilder<DevNode>(nodes);
        for (var i = 0; i < nodes; i++)
        {
            var address = oneAddress ? first : Following(first, i);
            var shift = oneAddress ? i : 0;

            // The first half, rounded up, is the first data centre: 127.0.0.1 to .3 of six nodes.
            var datacenter = i * datacenters / nodes;
            plan.Add(new DevNode(
                i + 1,
                $"dc{datacenter + 1}",
                new IPEndPoint(address, CqlPort + shift),
                new IPEndPoint(address, PeerPort + shift),
                new IPEndPoint(address, AdminPort + shift),
                Path.Combine(directory, $"node{i + 1}")));
        }

        return plan.MoveToImmutable();
    }

    /// <summary>The IPv4 address that comes so many after another one.</summary>
    public static IPAddress Following(IPAddress first, int count)
    {
        Span<byte> bytes = stackalloc byte[4];
        first.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + (uint)count);
        return new IPAddress(bytes);
    }
}

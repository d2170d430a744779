using System.Net;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Tests.Ring;

internal static class TestNodes
{
    public static NodeId Id(int number) => new(new Guid(number, 0, 0, new byte[8]));

    public static NodeInfo Node(int number, string datacenter = "dc1", string rack = "r1", params long[] tokens) => new(
        Id(number),
        new IPEndPoint(IPAddress.Parse($"127.0.0.{number}"), 7000),
        new IPEndPoint(IPAddress.Parse($"127.0.0.{number}"), 9042),
        new IPEndPoint(IPAddress.Parse($"127.0.0.{number}"), 9180),
        datacenter,
        rack,
        [.. tokens.Select(token => new Token(token))]);
}

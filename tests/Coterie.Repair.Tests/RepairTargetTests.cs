using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Repair.Schedule;

namespace Coterie.Repair.Tests;

public sealed class RepairTargetTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(3, 2)]
    [InlineData(6, 3)]
    [InlineData(9, 5)]
    [InlineData(4, 1)]
    public void Each_pair_of_replicas_of_each_range_is_driven_by_one_of_the_two(int nodes, int copies)
    {
        var view = new View(Cluster(nodes, copies));
        var maps = new ReplicaMaps(view, "dc1");
        var driven = view.Current.Nodes.Keys.SelectMany(self => RepairTarget.DrivenBy(self, view.Current, maps).Select(target => (Self: self, Target: target))).ToList();

        Assert.Equal(driven.Count, driven.Select(static one => $"{one.Self} {one.Target.Key}").Distinct().Count());
        Assert.All(driven, static one => Assert.True(one.Self.CompareTo(one.Target.Peer) < 0 || (one.Target.IsAlone && one.Self == one.Target.Peer)));
        foreach (var group in maps.For("ks")!.Groups)
        {
            var pairs = from one in @group.Nodes from other in @group.Nodes where one.CompareTo(other) < 0 select (one, other);
            foreach (var (one, other) in pairs)
            {
                foreach (var table in new[] { "a", "b" })
                {
                    Assert.Single(driven, found => found.Self == one && found.Target.Peer == other && found.Target.Group == @group && found.Target.Table.Name == table);
                }
            }
        }

        Assert.Equal(2 * maps.For("ks")!.Groups.Sum(static found => Math.Max(1, found.Nodes.Length * (found.Nodes.Length - 1) / 2)), driven.Count);
    }

    [Fact]
    public void A_target_is_called_the_same_from_one_epoch_to_the_next_and_differently_after_a_truncation()
    {
        var view = new View(Cluster(3, 3));
        var maps = new ReplicaMaps(view, "dc1");
        var self = view.Current.Nodes.Keys.First();
        var before = RepairTarget.DrivenBy(self, view.Current, maps);
        view.Current = view.Current with { Epoch = new Epoch(view.Current.Epoch.Value + 1) };
        Assert.Equal(before.Select(static target => target.Key), RepairTarget.DrivenBy(self, view.Current, maps).Select(static target => target.Key));

        var keyspace = view.Current.Keyspaces["ks"];
        view.Current = view.Current with
        {
            Keyspaces = view.Current.Keyspaces.SetItem("ks", keyspace with { Tables = keyspace.Tables.SetItem("a", keyspace.Tables["a"].WithStorageId(new StorageId(99))) }),
        };
        var after = RepairTarget.DrivenBy(self, view.Current, maps).Select(static target => target.Key).ToHashSet(StringComparer.Ordinal);
        Assert.All(before, target => Assert.Equal(target.Table.Name == "b", after.Contains(target.Key)));
    }

    internal static ClusterMetadata Cluster(int nodes, int copies)
    {
        var keyspace = new KeyspaceSchema("ks", new SimpleStrategy(copies));
        keyspace = keyspace with { Tables = keyspace.Tables.Add("a", Table("a", 1)).Add("b", Table("b", 2)) };
        return ClusterMetadata.Empty with
        {
            Nodes = TokenAllocation.Even([.. Enumerable.Range(1, nodes).Select(Node)]).ToImmutableSortedDictionary(static node => node.Id, static node => node),
            Keyspaces = ClusterMetadata.Empty.Keyspaces.Add("ks", keyspace),
        };
    }

    private static TableSchema Table(string name, uint id) => new("ks", name, Guid.Empty, new StorageId(id), [], TableOptions.Default);

    private static NodeInfo Node(int number) => new(
        new NodeId(new Guid(number, 0, 0, new byte[8])),
        new IPEndPoint(IPAddress.Loopback, 7000 + number),
        new IPEndPoint(IPAddress.Loopback, 9042 + number),
        new IPEndPoint(IPAddress.Loopback, 9180 + number),
        "dc1",
        "rack1",
        []);

    internal sealed class View(ClusterMetadata metadata) : IMetadataView
    {
        public event Action<ClusterMetadata, ClusterMetadata>? Changed
        {
            add { }
            remove { }
        }

        public ClusterMetadata Current { get; set; } = metadata;
    }
}

using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Model.Tests.Metadata;

public sealed class MetadataTransitionTests
{
    private static readonly ClusterMetadata WithShop = TestSchema.After(TestSchema.Formed, new CreateKeyspace(TestSchema.Keyspace("shop"), false));
    private static readonly ClusterMetadata WithCarts = TestSchema.After(WithShop, new CreateTable(TestSchema.Table("shop", "carts"), false));

    [Fact]
    public void Every_entry_takes_one_epoch_refused_or_not()
    {
        var metadata = ClusterMetadata.Empty;
        MetadataChange[] changes = [new DropKeyspace("nothing", false), .. TestSchema.OneOfEach, TestSchema.Formation, new DropKeyspace("nothing", true)];
        foreach (var change in changes)
        {
            var next = MetadataTransition.Apply(metadata, change).Metadata;
            Assert.Equal(metadata.Epoch.Value + 1, next.Epoch.Value);
            metadata = next;
        }
    }

    [Fact]
    public void Formation_names_nodes_and_makes_the_first_of_the_list_voters()
    {
        var nodes = Enumerable.Range(1, 7).Select(i => TestSchema.Node(8 - i, "dc1", "r1", i)).ToArray();
        var outcome = MetadataTransition.Apply(ClusterMetadata.Empty, new FormCluster(TestSchema.Formation.ClusterId, "c", [.. nodes]));

        Assert.True(outcome.Changed);
        Assert.Equal(nodes.OrderBy(node => node.Id).Select(node => node.Id), outcome.Metadata.Nodes.Keys);
        Assert.Equal(nodes.Take(5).Select(node => node.PeerAddress), outcome.Metadata.Voters);
        Assert.Equal("c", outcome.Metadata.ClusterName);
    }

    [Fact]
    public void A_cluster_is_formed_once() => AssertRefused(TestSchema.Formed, TestSchema.Formation, ChangeRefusal.Invalid, "already formed");

    [Fact]
    public void A_formation_that_makes_no_sense_is_refused()
    {
        var id = TestSchema.Formation.ClusterId;
        var node = TestSchema.Node(1, "dc1", "r1", 5);
        var twin = TestSchema.Node(2, "dc1", "r1", 6);
        AssertRefused(ClusterMetadata.Empty, new FormCluster(id, "c", []), ChangeRefusal.Invalid, "nodes");
        AssertRefused(ClusterMetadata.Empty, new FormCluster(ClusterId.None, "c", [node]), ChangeRefusal.Invalid, "id");
        AssertRefused(ClusterMetadata.Empty, new FormCluster(id, "c", [node, twin with { Id = node.Id }]), ChangeRefusal.Invalid, "same id");
        AssertRefused(ClusterMetadata.Empty, new FormCluster(id, "c", [node, twin with { PeerAddress = node.PeerAddress }]), ChangeRefusal.Invalid, "address");
        AssertRefused(ClusterMetadata.Empty, new FormCluster(id, "c", [node, twin with { Tokens = node.Tokens }]), ChangeRefusal.Invalid, "token");
        AssertRefused(ClusterMetadata.Empty, new FormCluster(id, "c", [node with { Tokens = [] }]), ChangeRefusal.Invalid, "tokens");
    }

    [Fact]
    public void Tables_get_storage_ids_in_order_and_a_new_one_when_truncated()
    {
        var metadata = TestSchema.After(WithCarts, new CreateTable(TestSchema.Table("shop", "orders"), false));
        Assert.Equal(1u, metadata.Table("shop", "carts")?.StorageId.Value);
        Assert.Equal(2u, metadata.Table("shop", "orders")?.StorageId.Value);

        metadata = TestSchema.After(metadata, new TruncateTable("shop", "carts"));
        Assert.Equal(3u, metadata.Table("shop", "carts")?.StorageId.Value);
        Assert.Equal(WithCarts.Table("shop", "carts")?.Id, metadata.Table("shop", "carts")?.Id);

        metadata = TestSchema.After(metadata, new DropTable("shop", "carts", false), new CreateTable(TestSchema.Table("shop", "carts"), false));
        Assert.Equal(4u, metadata.Table("shop", "carts")?.StorageId.Value);
    }

    [Fact]
    public void The_storage_id_that_a_proposer_names_is_ignored()
    {
        var table = TestSchema.Table("shop", "carts").WithStorageId(new StorageId(77));
        Assert.Equal(1u, TestSchema.After(WithShop, new CreateTable(table, false)).Table("shop", "carts")?.StorageId.Value);
    }

    [Fact]
    public void Storage_ids_are_never_reused_even_when_they_run_out() => AssertRefused(
        WithShop with { NextStorageId = uint.MaxValue }, new CreateTable(TestSchema.Table("shop", "carts"), false), ChangeRefusal.LimitReached, "storage ids");

    [Fact]
    public void What_exists_is_refused_or_with_IF_NOT_EXISTS_left_as_it_is()
    {
        AssertRefused(WithCarts, new CreateKeyspace(TestSchema.Keyspace("shop"), false), ChangeRefusal.KeyspaceExists, "shop");
        AssertRefused(WithCarts, new CreateTable(TestSchema.Table("shop", "carts"), false), ChangeRefusal.TableExists, "shop.carts");
        AssertNothingToDo(WithCarts, new CreateKeyspace(TestSchema.Keyspace("shop", 1), true));
        AssertNothingToDo(WithCarts, new CreateTable(TestSchema.Table("shop", "carts"), true));
    }

    [Fact]
    public void What_does_not_exist_is_refused_or_with_IF_EXISTS_left_as_it_is()
    {
        AssertRefused(WithShop, new DropKeyspace("x", false), ChangeRefusal.KeyspaceUnknown, "'x'");
        AssertRefused(WithShop, new DropTable("x", "t", false), ChangeRefusal.KeyspaceUnknown, "'x'");
        AssertRefused(WithShop, new DropTable("shop", "t", false), ChangeRefusal.TableUnknown, "shop.t");
        AssertRefused(WithShop, new TruncateTable("x", "t"), ChangeRefusal.KeyspaceUnknown, "'x'");
        AssertRefused(WithShop, new TruncateTable("shop", "t"), ChangeRefusal.TableUnknown, "shop.t");
        AssertRefused(WithShop, new CreateTable(TestSchema.Table("x", "t"), true), ChangeRefusal.KeyspaceUnknown, "'x'");
        AssertNothingToDo(WithShop, new DropKeyspace("x", true));
        AssertNothingToDo(WithShop, new DropTable("x", "t", true));
        AssertNothingToDo(WithShop, new DropTable("shop", "t", true));
    }

    [Fact]
    public void A_keyspace_without_tables_is_altered_in_what_is_said()
    {
        var altered = TestSchema.After(WithShop, new AlterKeyspace("shop", false, null, false, KeyspaceConsistency.Global)).Keyspaces["shop"];
        Assert.Equal((false, KeyspaceConsistency.Global, WithShop.Keyspaces["shop"].Replication), (altered.DurableWrites, altered.Consistency, altered.Replication));
        var again = TestSchema.After(WithShop, new AlterKeyspace("shop", false, new SimpleStrategy(2), null, null)).Keyspaces["shop"];
        Assert.Equal((true, KeyspaceConsistency.Eventual, new SimpleStrategy(2)), (again.DurableWrites, again.Consistency, again.Replication));
    }

    [Fact]
    public void A_keyspace_with_tables_keeps_its_consistency_and_its_replication()
    {
        AssertRefused(WithCarts, new AlterKeyspace("shop", false, null, null, KeyspaceConsistency.Global), ChangeRefusal.Invalid, "The consistency of keyspace 'shop' cannot be altered: it has tables");
        AssertRefused(WithCarts, new AlterKeyspace("shop", false, new SimpleStrategy(2), null, null), ChangeRefusal.Invalid, "The replication of keyspace 'shop'");
        Assert.False(TestSchema.After(WithCarts, new AlterKeyspace("shop", false, null, false, KeyspaceConsistency.Eventual)).Keyspaces["shop"].DurableWrites);
    }

    [Fact]
    public void What_alters_nothing_changes_nothing()
    {
        AssertNothingToDo(WithCarts, new AlterKeyspace("shop", false, WithCarts.Keyspaces["shop"].Replication, true, KeyspaceConsistency.Eventual));
        AssertNothingToDo(WithShop, new AlterKeyspace("x", true, null, false, null));
        AssertRefused(WithShop, new AlterKeyspace("x", false, null, false, null), ChangeRefusal.KeyspaceUnknown, "'x'");
        AssertRefused(WithShop, new AlterKeyspace("shop", false, new SimpleStrategy(0), null, null), ChangeRefusal.Invalid, "replication_factor");
    }

    [Fact]
    public void A_keyspace_goes_with_its_tables()
    {
        var outcome = MetadataTransition.Apply(WithCarts, new DropKeyspace("shop", false));

        Assert.True(outcome.Changed);
        Assert.Null(outcome.Metadata.Table("shop", "carts"));
        Assert.Empty(outcome.Metadata.Keyspaces);
    }

    [Fact]
    public void A_keyspace_comes_without_tables_whatever_the_entry_holds()
    {
        var keyspace = WithCarts.Keyspaces["shop"] with { Name = "copy" };
        Assert.Empty(TestSchema.After(WithCarts, new CreateKeyspace(keyspace, false)).Keyspaces["copy"].Tables);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("naïve")]
    [InlineData("a.b")]
    [InlineData("x123456789012345678901234567890123456789012345678")]
    public void Names_are_letters_digits_and_underscores_up_to_48(string name)
    {
        AssertRefused(WithShop, new CreateKeyspace(TestSchema.Keyspace(name), false), ChangeRefusal.Invalid, "name");
        AssertRefused(WithShop, new CreateTable(TestSchema.Table("shop", name), false), ChangeRefusal.Invalid, "name");
    }

    [Theory]
    [InlineData("system")]
    [InlineData("system_schema")]
    [InlineData("system_of_mine")]
    public void System_keyspaces_cannot_be_made(string name) =>
        AssertRefused(WithShop, new CreateKeyspace(TestSchema.Keyspace(name), false), ChangeRefusal.Invalid, "reserved");

    [Fact]
    public void Replication_must_be_possible()
    {
        AssertRefused(WithShop, new CreateKeyspace(TestSchema.Keyspace("k", 0), false), ChangeRefusal.Invalid, "at least 1");
        AssertRefused(WithShop, new CreateKeyspace(TestSchema.Keyspace("k", 101), false), ChangeRefusal.Invalid, "100");
        AssertRefused(WithShop, Topology(), ChangeRefusal.Invalid, "data centre");
        AssertRefused(WithShop, Topology(("dc9", 1)), ChangeRefusal.Invalid, "dc9");
        AssertRefused(WithShop, Topology(("dc1", -1)), ChangeRefusal.Invalid, "at least 0");
        Assert.True(MetadataTransition.Apply(WithShop, Topology(("dc1", 3), ("dc2", 0))).Changed);
    }

    [Fact]
    public void A_table_must_make_sense()
    {
        var key = TestSchema.Column("k", ColumnKind.PartitionKey, "int", 0);
        Refused("no partition key", TestSchema.Column("v", ColumnKind.Regular, "int", 1));
        Refused("static", key, TestSchema.Column("s", ColumnKind.Static, "int", 1));
        Refused("numbered", TestSchema.Column("k", ColumnKind.PartitionKey, "int", 1));
        Refused("numbered", key, TestSchema.Column("c", ColumnKind.Clustering, "int", 0), TestSchema.Column("d", ColumnKind.Clustering, "int", 2));
        Refused("same id", key, TestSchema.Column("v", ColumnKind.Regular, "int", 1), TestSchema.Column("w", ColumnKind.Regular, "int", 1));
        Refused("Column name", key, TestSchema.Column("", ColumnKind.Regular, "int", 1));
        Refused("columns", [key, .. Enumerable.Range(1, Limits.ColumnsMax).Select(i => TestSchema.Column($"v{i}", ColumnKind.Regular, "int", i))]);

        static void Refused(string reason, params ColumnSchema[] columns) =>
            AssertRefused(WithShop, new CreateTable(TestSchema.Table("shop", "t", columns), false), ChangeRefusal.Invalid, reason);
    }

    [Fact]
    public void Keyspaces_and_tables_are_limited_in_number()
    {
        var full = TestSchema.After(WithShop, Enumerable.Range(0, Limits.TablesMax).Select(i => new CreateTable(TestSchema.Table("shop", $"t{i}"), false)));
        AssertRefused(full, new CreateTable(TestSchema.Table("shop", "more"), false), ChangeRefusal.LimitReached, "tables");

        var crowded = WithShop with
        {
            Keyspaces = WithShop.Keyspaces.AddRange(
                Enumerable.Range(1, Limits.KeyspacesMax - 1).Select(i => KeyValuePair.Create($"k{i}", TestSchema.Keyspace($"k{i}")))),
        };
        AssertRefused(crowded, new CreateKeyspace(TestSchema.Keyspace("more"), false), ChangeRefusal.LimitReached, "keyspaces");
    }

    private static CreateKeyspace Topology(params (string Datacenter, int Factor)[] factors)
    {
        var strategy = new NetworkTopologyStrategy(System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, factors.Select(pair => KeyValuePair.Create(pair.Datacenter, pair.Factor))));
        return new CreateKeyspace(new KeyspaceSchema("k", strategy), false);
    }

    private static void AssertRefused(ClusterMetadata metadata, MetadataChange change, ChangeRefusal refusal, string reason)
    {
        var outcome = MetadataTransition.Apply(metadata, change);
        Assert.Equal(refusal, outcome.Refusal);
        Assert.Contains(reason, outcome.Message, StringComparison.Ordinal);
        Assert.False(outcome.Changed);
        AssertSameButForEpoch(metadata, outcome.Metadata);
    }

    private static void AssertNothingToDo(ClusterMetadata metadata, MetadataChange change)
    {
        var outcome = MetadataTransition.Apply(metadata, change);
        Assert.Equal(ChangeRefusal.None, outcome.Refusal);
        Assert.False(outcome.Changed);
        AssertSameButForEpoch(metadata, outcome.Metadata);
    }

    private static void AssertSameButForEpoch(ClusterMetadata expected, ClusterMetadata actual) =>
        Assert.Equal(MetadataCodec.Encode(expected with { Epoch = expected.Epoch.Next }), MetadataCodec.Encode(actual));
}

using System.Text;
using Coterie.Host.Admin;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Repair;

namespace Coterie.Host.Tests;

/// <summary>What is answered before a repair begins. That one runs and is followed is tested on whole nodes.</summary>
public sealed class RepairJobsTests
{
    private static readonly KeyspaceSchema Shop = new("shop", new SimpleStrategy(3));
    private static readonly ClusterMetadata Metadata = With(Shop);

    private readonly RepairJobs _jobs = new(() => null, () => Metadata);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"keyspace\": 7}")]
    [InlineData("{\"keyspace\": \"shop\", \"keyspace\": \"other\"}")]
    [InlineData("{\"table\": \"cart\"}")]
    [InlineData("{\"accept_loss\": \"somebody\"}")]
    [InlineData("{\"dry_run\": \"yes\"}")]
    [InlineData("{} {}")]
    [InlineData("\u0000\u00ff")]
    public void What_is_not_a_request_for_a_repair_is_refused(string body)
    {
        Assert.Equal(400, Begin(body).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"keyspace\": \"shop\", \"dry_run\": true}")]
    public void A_node_that_is_no_member_yet_begins_nothing(string body)
    {
        Assert.Equal(503, Begin(body).Status);
    }

    [Theory]
    [InlineData("other", null, "there is no keyspace other")]
    [InlineData("Shop", null, "there is no keyspace Shop")]
    [InlineData("shop", "cart", "there is no table shop.cart")]
    [InlineData("shop", null, null)]
    [InlineData(null, null, null)]
    public void What_is_unknown_is_named(string? keyspace, string? table, string? expected)
    {
        Assert.Equal(expected, RepairJobs.Unknown(new RepairRequest(keyspace, table), Metadata));
    }

    [Fact]
    public void A_leader_based_keyspace_has_nothing_to_repair()
    {
        var metadata = With(Shop with { Consistency = KeyspaceConsistency.Global });
        Assert.Equal(
            "the keyspace shop is leader-based (consistency = 'global'): its replicas are kept alike by their log, and there is nothing to repair",
            RepairJobs.Needless(new RepairRequest("shop", null), metadata));
        Assert.Null(RepairJobs.Needless(new RepairRequest(null, null), metadata));
        Assert.Null(RepairJobs.Needless(new RepairRequest("shop", null), Metadata));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("../../etc/passwd")]
    public void An_unknown_repair_is_not_found(string id)
    {
        Assert.Equal(404, _jobs.Follow(id).Status);
    }

    [Fact]
    public void Every_table_is_reported_with_its_pairs_and_no_other()
    {
        var now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var peer = new NodeId(new Guid(1, 0, 0, new byte[8]));
        var metadata = With(Shop with { Tables = Shop.Tables.Add("cart", Table("cart")).Add("empty", Table("empty")) });

        var reports = ClusterReports.Tables(
            metadata, [new RepairPair("shop", "cart", peer, now - TimeSpan.FromSeconds(3), null), new RepairPair("shop", "gone", peer, null, "x")], now);

        Assert.Equal(2, reports.Count);
        Assert.Equal(new PairReport(peer.ToString(), 3, null), Assert.Single(reports[0].Pairs));
        Assert.Equal(("empty", 0), (reports[1].Table, reports[1].Pairs.Count));
    }

    private static ClusterMetadata With(KeyspaceSchema keyspace) =>
        ClusterMetadata.Empty with { Keyspaces = ClusterMetadata.Empty.Keyspaces.Add(keyspace.Name, keyspace) };

    private static TableSchema Table(string name) => new("shop", name, default, new StorageId(1), [], TableOptions.Default);

    private AdminAnswer Begin(string body) => _jobs.Begin(Encoding.Latin1.GetBytes(body));
}

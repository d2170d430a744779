using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Tests.Metadata;

/// <summary>What a node makes of what the others say when it has no cluster.</summary>
public sealed class FormationChecksTests
{
    private static readonly IPEndPoint[] Addresses = [.. Enumerable.Range(1, 3).Select(static i => new IPEndPoint(new IPAddress([10, 0, 0, (byte)i]), 7000))];

    [Fact]
    public void A_hello_says_whether_its_sender_has_been_a_member()
    {
        foreach (var hasBeenMember in new[] { false, true })
        {
            Assert.Equal(hasBeenMember, HelloMessage.Decode(Hello(1, hasBeenMember).Encode()).HasBeenMember);
        }
    }

    [Fact]
    public void Fresh_nodes_may_form_a_cluster() =>
        Assert.Empty(FormationChecks.FormerMembers(Settings(hasBeenMember: false), [Answer(1, false), Answer(2, false)]));

    [Fact]
    public void One_that_has_been_a_member_is_enough_that_none_of_them_does()
    {
        Assert.Equal([Addresses[2]], FormationChecks.FormerMembers(Settings(hasBeenMember: false), [Answer(1, false), Answer(2, true)]));
        Assert.Equal([Addresses[0]], FormationChecks.FormerMembers(Settings(hasBeenMember: true), [Answer(1, false), Answer(2, false)]));
    }

    [Fact]
    public void A_node_alone_that_has_been_a_member_need_not_wait_for_anybody()
    {
        var settings = Settings(hasBeenMember: true);
        Assert.Empty(settings.Problems());
        Assert.Contains("its store is gone", Assert.Single((settings with { InitialNodes = [Addresses[0]] }).Problems()), StringComparison.Ordinal);
    }

    private static FormationSettings Settings(bool hasBeenMember) => new(Node(0), "test", [.. Addresses]) { HasBeenMember = hasBeenMember };

    private static (IPEndPoint Address, HelloMessage Hello) Answer(int number, bool hasBeenMember) => (Addresses[number], Hello(number, hasBeenMember));

    private static HelloMessage Hello(int number, bool hasBeenMember) =>
        new(Node(number), ClusterId.None, "test", Guid.Empty, KnowsReceiver: false, HasBeenMember: hasBeenMember);

    private static NodeInfo Node(int number) => new(
        new NodeId(new Guid(number + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])),
        Addresses[number],
        new IPEndPoint(Addresses[number].Address, 9042),
        new IPEndPoint(Addresses[number].Address, 9180),
        "dc1",
        "rack1",
        []);
}

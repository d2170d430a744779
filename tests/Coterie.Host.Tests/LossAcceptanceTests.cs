using System.Text;
using Coterie.Cluster.Membership;
using Coterie.Host.Admin;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Host.Tests;

/// <summary>Whose loss may be accepted, and how it is asked for.</summary>
public sealed class LossAcceptanceTests
{
    [Fact]
    public void A_node_that_the_cluster_does_not_have_cannot_be_given_up() =>
        Assert.Equal(404, LossAcceptance.Problem(new NodeId(Guid.NewGuid()), new NodeId(Guid.NewGuid()), ClusterMetadata.Empty, new Opinion(false))?.Status);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"node":null}""")]
    [InlineData("""{"node":"127.0.0.1"}""")]
    [InlineData("""{"node":"6f9619ff-8b86-d011-b42d-00c04fc964ff","also":1}""")]
    [InlineData("""{"node":"6f9619ff-8b86-d011-b42d-00c04fc964ff","node":"6f9619ff-8b86-d011-b42d-00c04fc964fe"}""")]
    public async Task What_is_not_such_a_request_is_refused(string body) =>
        Assert.Equal(400, (await new LossAcceptance(null!).AcceptAsync(Encoding.UTF8.GetBytes(body))).Status);

    private sealed class Opinion(bool alive) : ILiveness
    {
        public event Action<NodeId, bool>? Changed
        {
            add { }
            remove { }
        }

        public bool IsAlive(NodeId other) => alive;
    }
}

using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Consensus.Paxos;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Tests.Metadata;

public sealed class EpochDecisionTests
{
    private static readonly ImmutableArray<IPEndPoint> Voters = [.. Enumerable.Range(1, 3).Select(i => new IPEndPoint(new IPAddress([127, 0, 0, (byte)i]), 7000))];

    [Theory]
    [InlineData(ReplyStatus.Failed)]
    [InlineData(ReplyStatus.Unreachable)]
    [InlineData(ReplyStatus.Timeout)]
    public async Task An_attempt_that_fails_decides_nothing(ReplyStatus status)
    {
        var proposer = new Proposer(new NodeId(Guid.Parse("00000000-0000-0000-0000-000000000001")), Voters.Length, quorum: 2, new byte[100], aboveRound: 0);
        var decision = new EpochDecision(new Refusing(status), new Epoch(1), Voters, proposer);

        Assert.Null(await decision.AttemptAsync(TestContext.Current.CancellationToken));
    }

    private sealed class Refusing(ReplyStatus status) : IMessenger
    {
        public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => sink.OnReply(slot, status, []);

        public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => sink.OnReply(slot, status, []);
    }
}

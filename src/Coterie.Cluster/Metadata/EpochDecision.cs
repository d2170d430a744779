using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Consensus.Paxos;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// The shell of <see cref="Proposer"/> for one epoch: sends what it wants sent to the voters, and gives it their replies. Every message
/// gets exactly one reply from the messenger, at the latest a timeout, so an attempt always ends.
/// </summary>
internal sealed class EpochDecision(IMessenger messenger, Epoch epoch, ImmutableArray<IPEndPoint> voters, Proposer proposer)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How many voters have answered in the last attempt, whatever they said.</summary>
    public int Answered { get; private set; }

    /// <summary>A voter that knows the epoch to be decided already, and how far it is.</summary>
    public (IPEndPoint Voter, Epoch Epoch)? Ahead { get; private set; }

    /// <summary>One attempt, with one ballot. Gives the decided entry, which may be someone else's, or null: try again after a pause.</summary>
    public async Task<ReadOnlyMemory<byte>?> AttemptAsync(CancellationToken cancellationToken)
    {
        var output = proposer.Begin();
        Answered = 0;
        while (output is ProposerOutput.SendPrepare or ProposerOutput.SendAccept)
        {
            var replies = new ReplyQueue(voters.Length);
            var preparing = output == ProposerOutput.SendPrepare;
            Send(preparing, replies);
            output = ProposerOutput.None;
            for (var i = 0; i < voters.Length && output == ProposerOutput.None; i++)
            {
                var reply = await replies.NextAsync(cancellationToken);
                output = Give(reply, preparing, out var decided);
                if (decided is not null)
                {
                    return decided;
                }
            }
        }

        if (output == ProposerOutput.Decided)
        {
            return proposer.Value;
        }

        // Not as one expression with the above: there null would be an array that becomes an empty entry.
        return null;
    }

    private void Send(bool preparing, ReplyQueue replies)
    {
        var verb = preparing ? Verb.MetadataPrepare : Verb.MetadataAccept;
        var body = preparing
            ? MetadataMessages.Prepare(epoch, proposer.Ballot)
            : MetadataMessages.Accept(epoch, proposer.Ballot, proposer.Value.Span);
        for (var slot = 0; slot < voters.Length; slot++)
        {
            messenger.SendTo(voters[slot], verb, body, AnswerTimeout, replies, slot);
        }
    }

    private ProposerOutput Give(in ReplyQueue.Reply reply, bool preparing, out byte[]? decided)
    {
        decided = null;
        if (reply.Status != ReplyStatus.Ok)
        {
            return proposer.OnNoAnswer(reply.Slot);
        }

        try
        {
            var output = preparing ? GivePrepareReply(reply, out decided) : GiveAcceptReply(reply, out decided);
            Answered += preparing ? 1 : 0;
            return output;
        }
        catch (MalformedDataException)
        {
            return proposer.OnNoAnswer(reply.Slot);
        }
    }

    private ProposerOutput GivePrepareReply(in ReplyQueue.Reply reply, out byte[]? decided)
    {
        var answer = MetadataMessages.ReadPrepareAnswer(reply.Body, out var current, out var entry);
        decided = answer is null ? CheckedEntry(entry, reply.Slot, current) : null;
        if (answer is not { } given)
        {
            return ProposerOutput.None;
        }

        if (given.Accepted > Ballot.None)
        {
            // It may have to be proposed: it must be something that every node can read.
            LogEntry.Decode(given.Value.Span);
        }

        return proposer.OnPrepareReply(reply.Slot, given);
    }

    private ProposerOutput GiveAcceptReply(in ReplyQueue.Reply reply, out byte[]? decided)
    {
        var answer = MetadataMessages.ReadAcceptAnswer(reply.Body, out var current, out var entry);
        decided = answer is null ? CheckedEntry(entry, reply.Slot, current) : null;
        return answer is { } given ? proposer.OnAcceptReply(reply.Slot, given) : ProposerOutput.None;
    }

    private byte[] CheckedEntry(byte[] entry, int voter, Epoch current)
    {
        LogEntry.Decode(entry);
        Ahead = (voters[voter], current);
        return entry;
    }
}

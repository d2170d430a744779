using System.Text;
using Coterie.Cluster.Transport;
using Coterie.Model.Deletes;
using Coterie.Model.Time;
using Coterie.Model.Trees;
using Coterie.Replica.Deletes;
using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>Mistakes about horizons as they show in what replicas tell each other of them.</summary>
public static class HorizonMistakes
{
    /// <summary>The horizon follows from the pair that is furthest, as if the others had exchanged as well: a replica that is away is not waited for.</summary>
    public static FrameTampering SlowPairsAreIgnored() => new(static (verb, header, body) =>
        verb != Verb.TreeBegin ? (header, body)
        : header.Kind == PeerFrameKind.Request ? (header, Raised(ExchangeRequest.Decode(body)).Encode())
        : header.Code == (byte)ReplyStatus.Ok ? (header, Raised(ReplyOf(body)).Encode())
        : (header, body));

    private static ExchangeRequest Raised(ExchangeRequest request) =>
        request.Cuts is { } cuts ? request with { Horizon = Furthest(cuts, request.Horizon) } : request;

    private static ExchangeReply Raised(ExchangeReply reply) => reply with { Horizon = Furthest(reply.Cuts, reply.Horizon) };

    // Flags, then the number of replicas, which fits a byte.
    private static ExchangeReply ReplyOf(byte[] body) => ExchangeReply.Decode(body, body[1]);

    private static FormationTime Furthest(PairCuts cuts, FormationTime horizon) => new(Math.Max(horizon.Milliseconds, cuts.ToArray().Max()));
}

/// <summary>Takes a replica that has lost writes for complete as soon as it has exchanged with one other: so it is kept, and known after a restart.</summary>
public sealed class OneExchangeForAll(IStorageEngine inner) : WrappedEngine(inner)
{
    private static readonly byte[] Prefix = Encoding.UTF8.GetBytes("deletes/");

    public override ValueTask CommitAsync(StorageBatch batch)
    {
        var changed = new StorageBatch();
        foreach (var item in batch)
        {
            if (item.Area == StorageArea.Local && item.Operation == BatchOperation.Put && item.Key.StartsWith(Prefix))
            {
                changed.Put(item.Area, item.Key, Believed(GroupState.Decode(item.Value)).Encode());
            }
            else
            {
                Append(changed, item);
            }
        }

        return Inner.CommitAsync(changed);
    }

    private static GroupState Believed(GroupState state) =>
        state.Exchanged.IsEmpty ? state : state with { Deletes = state.Deletes.Completed(), Exchanged = [] };
}

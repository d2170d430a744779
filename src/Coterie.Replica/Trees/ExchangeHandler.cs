using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Trees;
using Coterie.Replica.Deletes;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Trees;

/// <summary>Begins and ends exchanges at this replica: what both sides must agree on and have durable, so that deletions can be swept.</summary>
public sealed class ExchangeHandler(
    Horizons horizons, Sweeps sweeps, LiveTables tables, TreeCounters counters, ILogger<ExchangeHandler> logger) : IRequestHandler
{
    public static IReadOnlyList<Verb> Verbs { get; } = [Verb.TreeBegin, Verb.TreeBarrier, Verb.TreeEnd];

    public void Handle(in Request request)
    {
        try
        {
            var exchange = ExchangeRequest.Decode(request.Body);
            if (!tables.Contains(exchange.Table))
            {
                request.Reply.Send(ReplyStatus.Stale, []);
                return;
            }

            _ = AnswerAsync(request.From, request.Verb, exchange, request.Reply);
        }
        catch (MalformedDataException exception)
        {
            counters.RequestMalformed();
            ReplicaLog.Malformed(logger, "request about an exchange", request.From, exception.Message);
            request.Reply.Send(ReplyStatus.Failed, []);
        }
    }

    private async Task AnswerAsync(NodeId from, Verb verb, ExchangeRequest exchange, ReplyTo reply)
    {
        var (status, body) = (ReplyStatus.Failed, Array.Empty<byte>());
        try
        {
            var group = GroupOf(exchange);
            switch (verb)
            {
                case Verb.TreeBegin:
                    body = await BeginAsync(exchange, group);
                    status = ReplyStatus.Ok;
                    break;
                case Verb.TreeBarrier:
                    await horizons.BarrierAsync();
                    status = ReplyStatus.Ok;
                    break;
                default:
                    status = await horizons.EndAsync(exchange.Table, group, exchange.Peer, exchange.Begun) ? ReplyStatus.Ok : ReplyStatus.Failed;
                    break;
            }
        }
        catch (MalformedDataException exception)
        {
            counters.RequestMalformed();
            ReplicaLog.Malformed(logger, "request about an exchange", from, exception.Message);
        }
        catch (Exception exception)
        {
            // Nobody awaits this: whatever it was, whoever asked is told that it failed.
            ReplicaLog.TreeNotAnswered(logger, verb, exception);
        }

        reply.Send(status, body);
    }

    private async Task<byte[]> BeginAsync(ExchangeRequest exchange, ReplicaGroup group)
    {
        var state = await horizons.BeginAsync(exchange.Table, group, exchange.Peer, exchange.Begun, exchange.Cuts, exchange.Horizon);
        var isSwept = await sweeps.IsSweptAsync(exchange.Table, group, state.Deletes.Horizon);
        var isTooSoon = state.Deletes.IsIncomplete && !horizons.IsLateEnough;
        return new ExchangeReply(isSwept, state.Deletes.IsIncomplete, isTooSoon, state.Deletes.Cuts, state.Deletes.Horizon).Encode();
    }

    private ReplicaGroup GroupOf(ExchangeRequest exchange)
    {
        foreach (var (group, _) in horizons.StatesOf(exchange.Table))
        {
            if (group.Nodes.AsSpan().SequenceEqual(exchange.Nodes.AsSpan()))
            {
                return group;
            }
        }

        throw new MalformedDataException("a group of replicas that this node knows nothing of");
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Model.Wire;

namespace Coterie.Coordinator.Leaders;

/// <summary>
/// Finds the leader of a group and asks it. While there is none, it waits: a member that does not lead has done nothing, so asking the next is safe. Once a
/// write has been sent to a leader and its answer is lost, nobody knows whether it will be applied, and it is not sent again.
/// </summary>
/// <remarks>
/// A node that is a member itself goes by what it has heard: it learns of an election when it happens, and asks nobody meanwhile, since who led before may
/// take a write and never answer. Other nodes ask around, beginning with who led the last time.
/// </remarks>
internal sealed class LeaderRequests(
    IMessenger messenger, ILiveness liveness, ILeaderView leaders, TimeProvider time, NodeId self, LeaderOptions options)
{
    private readonly ConcurrentDictionary<GroupId, NodeId> _leaders = [];

    /// <summary>Whether a request whose answer is lost may be sent again: a question may, a write may not.</summary>
    public enum Repeat : byte
    {
        Never,
        Freely,
    }

    /// <summary>A request as a leader takes it: which group, and what.</summary>
    public static byte[] Body(ReplicaSet members, ReadOnlySpan<byte> rest)
    {
        var body = new byte[sizeof(ulong) + rest.Length];
        BinaryPrimitives.WriteUInt64BigEndian(body, members.Group.Value);
        rest.CopyTo(body.AsSpan(sizeof(ulong)));
        return body;
    }

    /// <summary>A read as a replica answers it, without its horizon, of the one that has answered a barrier.</summary>
    public async Task<(ReplyStatus Status, ReadOnlyMemory<byte> Response)> ReadAsync(NodeId leader, ReadCommand read, TimeSpan timeout)
    {
        var body = new ArrayBufferWriter<byte>();
        body.WriteByte((byte)ReadRequestHead.Data);
        read.Encode(body);
        var reply = await messenger.AskAsync(leader, Verb.Read, body.WrittenSpan, timeout, CancellationToken.None);
        return reply.Status != ReplyStatus.Ok ? (reply.Status, default)
            : reply.Body.Length > ReadReply.HorizonBytes ? (ReplyStatus.Ok, reply.Body.AsMemory(ReadReply.HorizonBytes))
            : (ReplyStatus.Failed, default);
    }

    /// <summary>Before something that came to nothing is tried again.</summary>
    public Task PauseAsync() => Task.Delay(options.ElectionPause, time);

    /// <summary>Asks the leader to make sure that it still leads and has applied everything committed before.</summary>
    public Task<LeaderAnswer> BarrierAsync(ReplicaSet members, TimeSpan timeout) => AskAsync(members, Verb.LeaderBarrier, [], Repeat.Freely, timeout);

    /// <param name="members">Of the group.</param>
    /// <param name="rest">Of the request, after its group.</param>
    public Task<LeaderAnswer> AskAsync(ReplicaSet members, Verb verb, ReadOnlySpan<byte> rest, Repeat repeat, TimeSpan timeout) =>
        AskAroundAsync(members, verb, Body(members, rest), repeat, timeout);

    private async Task<LeaderAnswer> AskAroundAsync(ReplicaSet members, Verb verb, byte[] body, Repeat repeat, TimeSpan timeout)
    {
        var began = time.GetTimestamp();
        var tried = 0;
        var hint = Known(members);
        while (true)
        {
            var left = timeout - time.GetElapsedTime(began);
            if (CountAlive(members) < members.Majority || left <= TimeSpan.Zero)
            {
                return new LeaderAnswer(RequestResult.Unavailable, default);
            }

            if (Next(members, hint, tried) is not { } target)
            {
                if (!options.WaitsForElection)
                {
                    return new LeaderAnswer(RequestResult.Unavailable, default);
                }

                await PauseAsync();
                (hint, tried) = (Known(members), 0);
                continue;
            }

            tried++;
            hint = null;
            var patience = repeat == Repeat.Freely && left > options.QuestionPatience ? options.QuestionPatience : left;
            var reply = await messenger.AskAsync(target, verb, body, patience, CancellationToken.None);
            switch (reply.Status)
            {
                case ReplyStatus.Ok:
                    var answer = Read(reply.Body);
                    if (answer.Verdict is LeaderVerdict.Done or LeaderVerdict.Unequal)
                    {
                        _leaders[members.Group] = target;
                        return new LeaderAnswer(RequestResult.Success, target, answer);
                    }

                    if (answer.Verdict is LeaderVerdict.Stale or LeaderVerdict.Failed)
                    {
                        return new LeaderAnswer(RequestResult.Failure, target);
                    }

                    hint = answer.Leader == target ? null : answer.Leader;
                    break;
                case ReplyStatus.Failed:
                    return new LeaderAnswer(RequestResult.Failure, target);
                case ReplyStatus.Overloaded or ReplyStatus.Stale:
                    break;
                default:
                    _leaders.TryRemove(KeyValuePair.Create(members.Group, target));
                    if (repeat == Repeat.Never && reply.Status != ReplyStatus.Unreachable)
                    {
                        return new LeaderAnswer(RequestResult.Timeout, target);
                    }

                    break;
            }
        }
    }

    private static LeaderReply Read(byte[] body)
    {
        try
        {
            return LeaderReply.Read(body);
        }
        catch (MalformedDataException)
        {
            return new LeaderReply(LeaderVerdict.Stale);
        }
    }

    private int CountAlive(ReplicaSet members)
    {
        var alive = 0;
        foreach (var node in members.Nodes)
        {
            alive += liveness.IsAlive(node) ? 1 : 0;
        }

        return alive;
    }

    /// <summary>Who leads, as far as this node knows.</summary>
    private NodeId? Known(ReplicaSet members) =>
        members.Contains(self) ? leaders.LeaderOf(members.Group)
        : _leaders.TryGetValue(members.Group, out var known) ? known
        : null;

    /// <summary>Who was named, if it lives; then, unless this node is a member itself, the others in turn. Null: nobody is left to ask.</summary>
    private NodeId? Next(ReplicaSet members, NodeId? hint, int tried)
    {
        if (tried > members.Count)
        {
            return null;
        }

        if (hint is { } named && members.Contains(named) && liveness.IsAlive(named))
        {
            return named;
        }

        if (members.Contains(self))
        {
            return null;
        }

        for (var i = 0; i < members.Count; i++)
        {
            var node = members.Nodes[(tried + i) % members.Count];
            if (liveness.IsAlive(node))
            {
                return node;
            }
        }

        return null;
    }
}

/// <param name="Result">Unavailable: no leader was found, and nothing was done. Timeout: it is not known whether it was.</param>
/// <param name="Leader">Who answered.</param>
/// <param name="Reply">What it said, if it is a success.</param>
internal readonly record struct LeaderAnswer(RequestResult Result, NodeId Leader, LeaderReply Reply = default);

using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Model.Time;
using Coterie.Model;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Transport;

/// <summary>What all connections of one messenger share.</summary>
internal sealed class TransportContext(MessengerParts parts)
{
    private readonly Lock _randomLock = new();

    public NodeId Self => parts.Self;

    public IPEndPoint Address => parts.Address;

    public INetwork Network => parts.Network;

    public TimeProvider Time => parts.Time;

    public ILogger Logger => parts.Logger;

    public TransportOptions Options => parts.Options;

    public MonotonicClock Clock { get; } = new(parts.Time);

    public TransportCounters Counters { get; } = new();

    /// <summary>Set once, before the messenger is started.</summary>
    public IEpochGate Gate { get; set; } = BeforeFormation.Instance;

    public IAddressBook Addresses { get; set; } = BeforeFormation.Instance;

    public Handshake OwnHandshake(ConnectionClass connection, HandshakeRefusal refusal) => new(
        Handshake.OurVersionMin,
        Handshake.OurVersionMax,
        connection,
        refusal,
        Addresses.ClusterId,
        Self,
        Gate.Current,
        Time.Microseconds(),
        Clock.WireTime(Clock.Now));

    /// <summary>Between a half and the whole of the pause that belongs to so many failed attempts.</summary>
    public TimeSpan ReconnectPause(int failures)
    {
        var doubled = Options.ReconnectPauseMin * Math.Pow(2, Math.Min(failures - 1, 20));
        var whole = doubled < Options.ReconnectPauseMax ? doubled : Options.ReconnectPauseMax;
        lock (_randomLock)
        {
            return whole * (0.5 + (0.5 * parts.Random.NextDouble()));
        }
    }

    /// <summary>Gives a waiter its answer. It must not throw; if it does, the connection that serves others as well lives on.</summary>
    public void Answer(in PendingReply reply, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        try
        {
            reply.Sink.OnReply(reply.Slot, status, body);
        }
        catch (BrokenInvariantException exception)
        {
            Broken(exception);
        }
        catch (Exception exception)
        {
            TransportLog.SinkFailed(Logger, exception);
        }
    }

    /// <summary>Gives a waiter an answer that its target did not give.</summary>
    public void AnswerHere(IReplySink sink, int slot, ReplyStatus status)
    {
        Counters.Ended(status);
        Answer(new PendingReply(sink, slot), status, []);
    }

    public void Broken(Exception exception)
    {
        TransportLog.InvariantBroken(Logger, exception);
        parts.Broken(exception);
    }

    private sealed class BeforeFormation : IEpochGate, IAddressBook
    {
        public static BeforeFormation Instance { get; } = new();

        public Epoch Current => Epoch.Zero;

        public ClusterId ClusterId => ClusterId.None;

        public IPEndPoint? Find(NodeId node) => null;

        public ValueTask CatchUpAsync(NodeId from, Epoch target) => ValueTask.CompletedTask;
    }
}

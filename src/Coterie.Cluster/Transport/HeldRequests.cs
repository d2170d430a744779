using System.Buffers;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// Requests whose sender knows a later epoch than this node: they wait here while this node catches up from the sender, then go to their
/// handlers. Also starts the catching up when a frame that need not wait shows that this node is behind.
/// </summary>
/// <remarks>
/// One loop, running only while there is something to do. If catching up did not get there, the requests are answered
/// <see cref="ReplyStatus.Failed"/>: to apply them under an older schema could put data where it was dropped.
/// Invariant: <see cref="_bytes"/> is the sum of the bodies of <see cref="_waiting"/>.
/// </remarks>
internal sealed class HeldRequests(TransportContext context, RequestDispatcher dispatcher)
{
    private readonly Lock _lock = new();
    private readonly List<Held> _waiting = [];
    private int _bytes;
    private NodeId _from;
    private Epoch _target;
    private bool _stopped;
    private bool _running;
    private Task _loop = Task.CompletedTask;

    /// <summary>A peer has shown an epoch that this node does not have yet.</summary>
    public void Seen(NodeId from, Epoch epoch)
    {
        lock (_lock)
        {
            if (_stopped || epoch <= _target)
            {
                return;
            }

            Aim(from, epoch);
        }

        EnsureRunning();
    }

    /// <summary>Keeps a copy of the request until this node has caught up; false: no room.</summary>
    public bool TryHold(in Request request, Epoch epoch)
    {
        lock (_lock)
        {
            if (_stopped
                || _waiting.Count >= context.Options.HeldRequestsMax
                || _bytes + request.Body.Length > context.Options.HeldBytesMax)
            {
                return false;
            }

            var copy = ArrayPool<byte>.Shared.Rent(request.Body.Length);
            request.Body.CopyTo(copy);
            _waiting.Add(new Held(request.From, request.Verb, copy, request.Body.Length, request.Deadline, request.Reply, epoch));
            _bytes += request.Body.Length;
            Aim(request.From, epoch);
        }

        context.Counters.RequestHeld();
        EnsureRunning();
        return true;
    }

    public async Task StopAsync()
    {
        Task loop;
        lock (_lock)
        {
            _stopped = true;
            loop = _loop;
        }

        await loop;
    }

    private void Aim(NodeId from, Epoch epoch)
    {
        if (epoch > _target)
        {
            _target = epoch;
            _from = from;
        }
    }

    private void EnsureRunning()
    {
        lock (_lock)
        {
            if (_running || _stopped)
            {
                return;
            }

            _running = true;
        }

        var loop = RunAsync();
        lock (_lock)
        {
            if (!loop.IsCompleted)
            {
                _loop = loop;
            }
        }
    }

    private async Task RunAsync()
    {
        var more = true;
        while (more)
        {
            NodeId from;
            Epoch target;
            lock (_lock)
            {
                (from, target) = (_from, _target);
            }

            if (target > context.Gate.Current)
            {
                await context.Gate.CatchUpAsync(from, target);
            }

            foreach (var held in TakeUpTo(target))
            {
                HandOn(held);
            }

            more = HasMore();
        }
    }

    /// <summary>Takes what this attempt was for. What came meanwhile with a still later epoch waits for the next attempt.</summary>
    private List<Held> TakeUpTo(Epoch target)
    {
        lock (_lock)
        {
            var taken = _waiting.FindAll(held => held.Epoch <= target);
            _waiting.RemoveAll(held => held.Epoch <= target);
            foreach (var held in taken)
            {
                _bytes -= held.Count;
            }

            return taken;
        }
    }

    private void HandOn(in Held held)
    {
        if (held.Epoch <= context.Gate.Current)
        {
            dispatcher.Dispatch(new Request(held.From, held.Verb, held.Body.AsSpan(0, held.Count), held.Deadline, held.Reply));
        }
        else
        {
            context.Counters.RequestFailed();
            held.Reply.Send(ReplyStatus.Failed, []);
        }

        ArrayPool<byte>.Shared.Return(held.Body);
    }

    private bool HasMore()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 && !_stopped)
            {
                return true;
            }

            // If the target was not reached, whoever shows it again starts the next attempt: no endless loop against a peer that cannot deliver.
            _target = context.Gate.Current;
            _running = false;
            return false;
        }
    }

    private readonly record struct Held(NodeId From, Verb Verb, byte[] Body, int Count, long Deadline, ReplyTo Reply, Epoch Epoch);
}

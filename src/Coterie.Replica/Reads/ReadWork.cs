using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;
using Coterie.Model.Time;
using Coterie.Storage;

namespace Coterie.Replica.Reads;

/// <summary>One read on its way to the disk and back. Owned by the handler's pool; in use by one request at a time.</summary>
internal sealed class ReadWork(ReadHandler owner, IStorageEngine engine) : IStorageWork
{
    private readonly ReplicaRead _read = new(engine);
    private readonly PooledBuffer _body = new();
    private readonly PooledBuffer _digest = new();
    private ReplyTo _reply;
    private long _deadline;

    public void Begin(ReadOnlySpan<byte> body, ReplyTo reply, long deadline)
    {
        _body.Write(body);
        _reply = reply;
        _deadline = deadline;
    }

    /// <summary>The pool did not take it: it is as it was before <see cref="Begin"/>.</summary>
    public void Cancel() => Reset();

    public void Run()
    {
        if (owner.IsExpired(_deadline))
        {
            _reply.Send(ReplyStatus.Overloaded, []);
        }
        else
        {
            TryAnswer(_body.Span, _reply, cachedOnly: false);
        }

        Reset();
        owner.Return(this);
    }

    /// <summary>False if nothing was answered because the disk is needed and may not be waited for.</summary>
    public bool TryAnswer(ReadOnlySpan<byte> body, ReplyTo reply, bool cachedOnly)
    {
        var status = ReplyStatus.Ok;
        try
        {
            var command = new ReadCommandReader(body[1..]);
            if (!_read.TryRun(ref command, owner.HorizonOf(command), cachedOnly))
            {
                return false;
            }

            Prepare((ReadRequestHead)body[0]);
            owner.Answered();
        }
        catch (Exception exception)
        {
            // The edge of the I/O pool, which no exception may pass: whatever it was, this request has failed and the next has not.
            status = owner.Explain(body, exception);
        }

        reply.Send(status, status != ReplyStatus.Ok ? [] : _digest.Length > 0 ? _digest.Span : _read.Reply.Span);
        _digest.Clear();
        _read.Clear();
        return true;
    }

    private void Prepare(ReadRequestHead head)
    {
        if ((head & ReadRequestHead.Digest) == 0)
        {
            return;
        }

        var newest = (head & ReadRequestHead.WithNewest) == 0 ? WriteTimestamp.None : ReadResponse.Decode(_read.Response).Newest();
        new ReadDigest(ReadDigest.HashOf(_read.Response.Span), newest).Encode(_digest);
    }

    private void Reset()
    {
        _body.Clear();
        _reply = default;
    }
}

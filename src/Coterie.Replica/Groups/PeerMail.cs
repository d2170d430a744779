using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Wire;
using Coterie.Raft;

namespace Coterie.Replica.Groups;

/// <summary>
/// Messages of all groups on their way to other nodes: what has gathered for a node goes in one frame, so that a tick of a hundred groups costs a frame for
/// each pair of nodes. Safe from any thread; the order of messages between two members is kept.
/// </summary>
internal sealed class PeerMail(IMessenger messenger, TimeSpan timeout) : IReplySink
{
    private const int FrameBytesMax = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<NodeId, ArrayBufferWriter<byte>> _frames = [];
    private readonly ArrayBufferWriter<byte> _message = new();

    public void Add(NodeId target, GroupId group, RaftMessage message)
    {
        lock (_gate)
        {
            if (!_frames.TryGetValue(target, out var frame))
            {
                _frames.Add(target, frame = new ArrayBufferWriter<byte>());
            }

            _message.ResetWrittenCount();
            RaftMessageCodec.Write(message, _message);
            frame.WriteUInt64(group.Value);
            frame.WriteBlock(_message.WrittenSpan);
            if (frame.WrittenCount > FrameBytesMax)
            {
                Send(target, frame);
            }
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            foreach (var (target, frame) in _frames)
            {
                if (frame.WrittenCount > 0)
                {
                    Send(target, frame);
                }
            }
        }
    }

    void IReplySink.OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        // A lost message is asked for again by what follows it.
    }

    private void Send(NodeId target, ArrayBufferWriter<byte> frame)
    {
        messenger.Send(target, Verb.Raft, frame.WrittenSpan, timeout, this, 0);
        frame.ResetWrittenCount();
    }
}

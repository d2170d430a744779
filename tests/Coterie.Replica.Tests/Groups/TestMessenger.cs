using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Replica.Tests.Groups;

/// <summary>Takes messages of Raft to the other members, and a member's own reads to itself. Whatever else is asked is answered by nobody.</summary>
internal sealed class TestMessenger(TestGroup owner, NodeId self) : IMessenger
{
    public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        if (verb == Verb.Read && target == self)
        {
            owner.Do(() => sink.OnReply(slot, ReplyStatus.Ok, owner.Member(self).ReadOwn()));
            return;
        }

        if (verb != Verb.Raft)
        {
            sink.OnReply(slot, ReplyStatus.Unreachable, []);
            return;
        }

        var frame = body.ToArray();
        owner.Do(() =>
        {
            var reader = new ByteReader(frame);
            while (reader.Remaining > 0)
            {
                Assert.Equal(owner.Group.Id.Value, reader.ReadUInt64());
                var message = reader.ReadBlock(frame.Length, "message");
                owner.Find(target)?.Member.Receive(self, message);
            }
        });
    }

    public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => sink.OnReply(slot, ReplyStatus.Unreachable, []);
}

/// <summary>Answers every request at once, as the test says.</summary>
internal sealed class ScriptedMessenger(Func<NodeId, Verb, byte[], (ReplyStatus Status, byte[] Body)> answer) : IMessenger
{
    public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        var (status, reply) = answer(target, verb, body.ToArray());
        sink.OnReply(slot, status, reply);
    }

    public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => throw new NotSupportedException();
}

using System.Collections.Immutable;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Pooling;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Execution;
using Coterie.Server.Protocol;

namespace Coterie.Server.Limit;

/// <summary>
/// Answers STARTUP, and hands every EXECUTE to the replicas as it came: a write to all of them, a read to as many as its level asks for.
/// </summary>
internal sealed class LimitDispatcher : IRequestDispatcher
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly IMessenger _messenger;
    private readonly ImmutableArray<NodeId> _replicas;
    private readonly ReplicaRequirement[] _requirements;
    private readonly BoundedPool<LimitRequest> _pool;
    private readonly byte[] _value;

    public LimitDispatcher(IMessenger messenger, ImmutableArray<NodeId> replicas, int valueBytes)
    {
        _messenger = messenger;
        _replicas = replicas;
        _value = new byte[valueBytes];
        _requirements = Requirements.Of(new KeyspaceSchema("limit", new SimpleStrategy(replicas.Length)), localDatacenter: "");
        _pool = new BoundedPool<LimitRequest>(capacity: 4_096, () => new LimitRequest(this));
    }

    public ValueTask AnswerAsync(ClientRequest request)
    {
        switch (request.Header.Opcode)
        {
            case Opcode.Execute:
                var body = new BodyReader(request.Body);
                var reads = body.ReadShortBytes().Span.SequenceEqual(LimitStatements.Read.Span);
                var needed = _requirements[body.ReadShort()].Count;
                return _pool.Rent().Start(request, reads, needed, asked: reads ? needed : _replicas.Length);
            case Opcode.Startup:
                request.Session.Start(compresses: false, "");
                Answer.Begin(request);
                Answer.End(request, Opcode.Ready);
                break;
            default:
                Answer.Error(request, ClientErrorException.Protocol("This node only measures: it executes what the load generator sends"));
                break;
        }

        return ValueTask.CompletedTask;
    }

    public void Send(LimitRequest request, bool reads, int slot, ReadOnlySpan<byte> body) =>
        _messenger.Send(_replicas[slot], reads ? Verb.Read : Verb.Mutate, body, Timeout, request, slot);

    public void Return(LimitRequest request) => _pool.Return(request);

    public void Finish(ClientRequest request, bool reads, bool succeeded)
    {
        if (!succeeded)
        {
            Answer.Error(request, new ClientErrorException(ErrorCode.Server, "A replica did not answer"));
            return;
        }

        Answer.Begin(request);
        if (reads)
        {
            request.Response.WriteBytes(_value);
        }

        Answer.End(request, Opcode.Result);
    }
}

/// <summary>What the load generator sends as the ids of its prepared statements, in place of those that a real node gives it.</summary>
public static class LimitStatements
{
    public static ReadOnlyMemory<byte> Write { get; } = "write, no merge."u8.ToArray();

    public static ReadOnlyMemory<byte> Read { get; } = "read, no storage"u8.ToArray();
}

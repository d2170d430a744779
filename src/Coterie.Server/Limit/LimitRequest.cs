using System.Threading.Tasks.Sources;
using Coterie.Cluster.Transport;
using Coterie.Server.Connections;

namespace Coterie.Server.Limit;

/// <summary>One request on its way through the replicas: answered when enough have answered, free again when all have.</summary>
internal sealed class LimitRequest(LimitDispatcher owner) : IReplySink, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _completion;
    private ClientRequest? _request;
    private bool _reads;
    private int _needed;
    private int _holds;
    private int _succeeded;

    public ValueTask Start(ClientRequest request, bool reads, int needed, int asked)
    {
        _request = request;
        _reads = reads;
        _needed = needed;
        _succeeded = 0;

        // One hold for every message, one for the caller, one for the sending, during which replies may already come.
        _holds = 2 + asked;
        var answer = new ValueTask(this, _completion.Version);
        for (var slot = 0; slot < asked; slot++)
        {
            owner.Send(this, reads, slot, request.Body.Span);
        }

        LetGo();
        return answer;
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        if (Decides(status))
        {
            owner.Finish(_request!, _reads, status == ReplyStatus.Ok);
            _completion.SetResult(true);
        }

        LetGo();
    }

    public void GetResult(short token)
    {
        _completion.GetResult(token);
        LetGo();
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    /// <summary>The answer that is one too many decides nothing, nor does anything after the first failure, which is told to the client at once.</summary>
    private bool Decides(ReplyStatus status)
    {
        if (status == ReplyStatus.Ok)
        {
            return Interlocked.Increment(ref _succeeded) == _needed;
        }

        var before = Interlocked.Exchange(ref _succeeded, int.MinValue / 2);
        return before >= 0 && before < _needed;
    }

    private void LetGo()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            _request = null;
            _completion.Reset();
            owner.Return(this);
        }
    }
}

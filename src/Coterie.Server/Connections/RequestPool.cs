namespace Coterie.Server.Connections;

/// <summary>The requests of a node that are not in use, and the budget of those that are.</summary>
internal sealed class RequestPool(RequestBudget budget)
{
    private const int KeptMax = 2_048;

    private readonly Lock _gate = new();
    private readonly Stack<ClientRequest> _free = new(KeptMax);

    public RequestBudget Budget { get; } = budget;

    public ClientRequest Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var request))
            {
                return request;
            }
        }

        return new ClientRequest(this);
    }

    public void Return(ClientRequest request, long charged)
    {
        Budget.Return(charged);
        lock (_gate)
        {
            if (_free.Count < KeptMax)
            {
                _free.Push(request);
            }
        }
    }
}

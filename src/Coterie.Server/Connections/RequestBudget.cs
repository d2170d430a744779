using Coterie.Model;

namespace Coterie.Server.Connections;

/// <summary>The bytes of all requests of a node that are being answered or have arrived in part. Over the limit requests are refused.</summary>
internal sealed class RequestBudget(long bytesMax)
{
    private long _bytes;

    public RequestBudget()
        : this(Limits.CqlRequestBytesMax)
    {
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= bytesMax)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}

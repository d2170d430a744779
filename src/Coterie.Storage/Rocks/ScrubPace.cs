namespace Coterie.Storage.Rocks;

/// <summary>Holds the thread that reads back so that it reads no more than so many bytes in a second.</summary>
internal sealed class ScrubPace(long bytesPerSecond, CancellationToken cancellationToken)
{
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Take(long bytes)
    {
        cancellationToken.WaitHandle.WaitOne(TimeSpan.FromSeconds((double)bytes / bytesPerSecond));
        cancellationToken.ThrowIfCancellationRequested();
    }
}

using Coterie.Repair.Exchanges;

namespace Coterie.Repair;

/// <summary>Holds an exchange to so many rows read a second.</summary>
internal sealed class Pace(TimeProvider time, ExchangeFigures figures, int? rowsPerSecond, CancellationToken cancellationToken)
{
    private readonly long _started = time.GetTimestamp();
    private readonly long _rowsBefore = figures.RowsRead;

    /// <summary>Ends when the exchange may go on.</summary>
    public async Task WaitAsync()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (rowsPerSecond is not { } rate)
        {
            return;
        }

        var ahead = TimeSpan.FromSeconds((double)(figures.RowsRead - _rowsBefore) / rate) - time.GetElapsedTime(_started);
        if (ahead > TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(ahead, time, cancellationToken);
        }
    }
}

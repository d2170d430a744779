using Microsoft.AspNetCore.Components;

namespace Coterie.WebConsole.Repair;

/// <summary>A part of a page that does one thing at a time, says why one was not done, and gives up what is under way when it is left.</summary>
public abstract class BusyPart : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();

    protected BusyPart()
    {
        Leaving = _leaving.Token;
    }

    private protected CancellationToken Leaving { get; }

    private protected bool Busy { get; private set; }

    private protected string? Problem { get; set; }

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task BusyAsync(Func<Task> what)
    {
        if (Busy)
        {
            return;
        }

        Busy = true;
        Problem = null;
        StateHasChanged();
        try
        {
            await what();
        }
        catch (OperationCanceledException) when (Leaving.IsCancellationRequested)
        {
            // The page is left.
        }
        finally
        {
            Busy = false;
        }

        // Whoever asked for it may be another part, which is drawn anew instead of this one.
        StateHasChanged();
    }
}

using System.Net;

namespace Coterie.WebConsole.Http;

/// <summary>
/// The first page costs several times what any later one does: the framework sets itself up and code is compiled that had not run before. So the console asks itself for one
/// page when it has begun to listen, over its own socket as a browser would, and nobody waits for that: neither the start of whatever the console stands beside, nor a visitor
/// who is quicker.
/// </summary>
internal sealed class FirstPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _ending = new();

    /// <summary>Ends when the page has come, or will not; it never fails.</summary>
    public Task Asked { get; private set; } = Task.CompletedTask;

    public void Ask(IPEndPoint console) => Asked = AskAsync(console);

    public async ValueTask DisposeAsync()
    {
        _ending.Cancel();
        await Asked;
        _ending.Dispose();
    }

    private async Task AskAsync(IPEndPoint console)
    {
        // Whoever starts the console does not even wait for the client of this to be set up.
        await Task.Yield();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            await client.GetByteArrayAsync($"http://{console}/", _ending.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Then the first visitor waits a little longer.
        }
    }
}

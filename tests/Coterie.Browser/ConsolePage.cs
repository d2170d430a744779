using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Coterie.Browser;

/// <summary>One page of the console in a browser profile of its own, with whatever the browser complained of.</summary>
public sealed class ConsolePage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly ConcurrentQueue<string> _requests = [];

    public ConsolePage(IBrowserContext context, IPage page, string address)
    {
        _context = context;
        Page = page;
        Address = address;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => _requests.Enqueue(request.Url);
    }

    public IPage Page { get; }

    public string Address { get; }

    /// <summary>Errors and warnings of the browser, among them whatever the content policy has stopped.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>All addresses that were asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public ILocator Promise => Page.Locator(".promise");

    public async Task GoAsync(string query)
    {
        await Page.GotoAsync(Address + query);
        await Assertions.Expect(Page.Locator("[data-live=yes]")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
    }

    /// <summary>Does to a node what the buttons of the lab do.</summary>
    public async Task ActAsync(string node, string action) => Assert.Equal(200, await Page.EvaluateAsync<int>(
        "async path => (await fetch(`api/lab/nodes/${path}`, { method: 'POST', headers: { 'X-Coterie-Token': document.querySelector('meta[name=coterie-token]').content } })).status",
        $"{node}/{action}"));

    /// <summary>The whole page, for people to look at.</summary>
    public Task PictureAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(ConsoleInBrowser.Pictures, name + ".png"), FullPage = true });

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}

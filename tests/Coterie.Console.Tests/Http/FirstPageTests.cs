using System.Net;
using System.Net.Sockets;
using Coterie.WebConsole.Http;

namespace Coterie.WebConsole.Tests.Http;

/// <summary>What the console asks itself when it has begun.</summary>
public sealed class FirstPageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_page_is_asked_for_without_waiting_and_an_end_does_not_wait_for_it()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var page = new FirstPage();

        page.Ask((IPEndPoint)silent.LocalEndpoint);

        using var asked = await silent.AcceptTcpClientAsync(Cancel);
        using var reader = new StreamReader(asked.GetStream());
        Assert.Equal("GET / HTTP/1.1", await reader.ReadLineAsync(Cancel));
        Assert.False(page.Asked.IsCompleted);
        await page.DisposeAsync();
        Assert.True(page.Asked.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_console_that_does_not_answer_itself_is_a_console_all_the_same()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var nobody = (IPEndPoint)free.LocalEndpoint;
        free.Stop();
        await using var page = new FirstPage();

        page.Ask(nobody);

        await page.Asked;
    }
}
